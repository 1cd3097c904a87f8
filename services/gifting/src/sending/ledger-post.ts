/**
 * Posting to the ledger. One call carries a whole batch under a deadline of its own. When the outcome of a call is
 * unknown (nobody answered, or not in time), the same commands are sent again, unchanged but for how long their callers
 * still wait, until an answer comes or nobody waits any more: what the first call did, the second finds by its ids.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EconomyServiceService, PostCommand, Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import { AppError, type Clock, type Logger, type RpcClient, serviceCaller } from '@fanfare/kit';
import type { Waiting } from '../coalescer.ts';

type PostBatch = RpcClient<typeof EconomyServiceService>['call']['postBatch'];

export interface LedgerPostOptions {
  readonly postBatch: PostBatch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onSentAgain: () => void;
}

/** Some twenty times what a full batch takes, and short enough for a second try within a client's patience. */
const CALL_DEADLINE_MS = 2000;
/** The field is a uint32; nobody waits for a day. */
const MAX_WAIT_MS = 86_400_000;
const CALLER = serviceCaller('gifting');

/** 25, 50, 100, 200, 400, 400, ... milliseconds before a batch is sent again. */
const pauseMs = (attempt: number): number => Math.min(25 * 2 ** (attempt - 1), 400);

/**
 * @returns posts a batch and resolves to its verdicts, in order
 * @throws what the ledger refuses the whole call with; UNAVAILABLE or DEADLINE_EXCEEDED when nobody waits any more
 */
export function ledgerPost(
  options: LedgerPostOptions,
): (batch: readonly Waiting<PostCommand>[]) => Promise<readonly Verdict[]> {
  const { clock, log } = options;

  async function post(batch: readonly Waiting<PostCommand>[]): Promise<readonly Verdict[]> {
    const now = clock.monotonic();
    const commands = batch.map(({ item, until }) => ({ ...item, waitMs: waitMs(until - now) }));
    const { verdicts } = await options.postBatch({ commands }, { caller: CALLER, deadlineMs: CALL_DEADLINE_MS });
    const inOrder = commands.every((command, index) => command.journalId === verdicts[index]?.journalId);
    if (!inOrder) throw new Error('the ledger answered other commands than it was sent');
    return verdicts;
  }

  return async (batch) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await post(batch);
      } catch (error) {
        if (!isOutcomeUnknown(error) || batch.every(({ until }) => until <= clock.monotonic())) throw error;
        log.warn({ err: error, attempt, gifts: batch.length }, 'outcome unknown, sending the batch again');
      }
      options.onSentAgain();
      await delay(pauseMs(attempt));
    }
  };
}

/** At least 1, because 0 means for ever: a caller who has left is told nothing, and its command is dropped. */
const waitMs = (left: number): number => Math.ceil(Math.min(Math.max(left, 1), MAX_WAIT_MS));

const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof AppError && (error.kind === 'unavailable' || error.kind === 'deadline');
