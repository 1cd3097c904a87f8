/**
 * Brings a batch to an answer for each of its commands, whatever happens to the database meanwhile.
 *
 * A batch is two round trips (batch-read, batch-write) around a pure fold, in one transaction. A failed attempt is
 * judged by retry.ts. Commands are sent again unchanged: if the lost commit had arrived after all, their ids are found
 * and they are answered as they were the first time. A batch that the database refuses, or that a bug of ours
 * keeps from being computed, is halved until the command to blame is alone; only that one fails.
 */
import { type AppError, commonErrors, type Logger } from '@fanfare/kit';
import type { LedgerCommand, Verdict } from '../ledger/command.ts';
import { type Folded, foldBatch, type LedgerState } from '../ledger/fold.ts';
import { type BatchKeys, type Head, keysOf } from './batch-read.ts';
import { headAfter } from './batch-write.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { LedgerMetrics } from './metrics.ts';
import type { Mirror } from './mirror.ts';
import { computed, failureOf, NotConnected, pauseMs, stepAfter } from './retry.ts';

/** A command and whoever waits for it. */
export interface Waiting {
  readonly command: LedgerCommand;
  /** On the monotonic clock; Infinity: for ever. */
  readonly until: number;
  /** Past the fold it runs to its end, whoever waits: it may have been committed. */
  folded: boolean;
  /** An attempt has ended without an answer: until the ids are looked up, nobody knows. */
  mayBePosted: boolean;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: AppError) => void;
}

/** Time and chance, so that a simulation can own both. */
export interface Timing {
  readonly monotonic: () => number;
  readonly delay: (milliseconds: number) => Promise<unknown>;
  /** @returns how to call it off */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  readonly random: () => number;
}

export interface BatchRunnerOptions {
  readonly connect: () => Promise<LedgerSession>;
  readonly mirror: Mirror;
  readonly timing: Timing;
  readonly log: Logger;
  readonly metrics: LedgerMetrics;
  /** Called after a commit that wrote journals. */
  readonly onPosted: () => void;
}

interface Stuck {
  readonly step: 'isolate' | 'give_up';
  readonly live: readonly Waiting[];
  readonly error: unknown;
}

/** Longer than the session's statement_timeout: then the connection itself hangs. */
export const ATTEMPT_TIMEOUT_MS = 8000;

export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  #session: LedgerSession | null = null;
  #healthy = true;

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
  }

  /** False while attempts fail for want of a connection. */
  get healthy(): boolean {
    return this.#healthy;
  }

  async connect(): Promise<void> {
    await this.usableSession();
  }

  async close(): Promise<void> {
    if (this.#session?.usable() === true) await this.#session.end();
  }

  /** Answers every command of the batch. Never rejects. One batch at a time. */
  async settle(batch: readonly Waiting[]): Promise<void> {
    const stuck = await this.#attemptRepeatedly(batch);
    if (stuck?.step === 'isolate') await this.#isolate(stuck.live, stuck.error);
    if (stuck?.step === 'give_up') rejectAll(stuck.live, commonErrors.UNAVAILABLE());
  }

  /** @returns null when every command was answered, else where and why it makes no sense to go on */
  async #attemptRepeatedly(batch: readonly Waiting[]): Promise<Stuck | null> {
    const { timing } = this.#options;
    const started = timing.monotonic();
    let races = 0;
    for (let attempt = 1; ; attempt += 1) {
      const live = this.dropExpired(batch);
      const error = live.length === 0 ? null : await this.#attempt(live);
      if (error === null) return null;
      const failure = failureOf(error);
      races += failure === 'again' ? 1 : 0;
      const step = stepAfter(failure, races, timing.monotonic() - started);
      this.#options.metrics.failed(step);
      this.#options.log.warn({ err: error, step, attempt, commands: live.length }, 'a ledger batch failed');
      if (step !== 'again') return { step, live, error };
      await timing.delay(pauseMs(attempt, timing.random));
    }
  }

  /** Halves a refused batch, in order; a single command is told that it cannot be posted. */
  async #isolate(batch: readonly Waiting[], cause: unknown): Promise<void> {
    const [first] = batch;
    if (first !== undefined && batch.length === 1) {
      const { journalId, operation } = first.command;
      this.#options.log.error({ err: cause, journalId, operation }, 'this command cannot be posted');
      return first.reject(first.mayBePosted ? commonErrors.UNAVAILABLE() : commonErrors.INTERNAL());
    }
    const middle = Math.ceil(batch.length / 2);
    await this.settle(batch.slice(0, middle));
    await this.settle(batch.slice(middle));
  }

  /** Answers those whose callers have left. */
  dropExpired(batch: readonly Waiting[]): readonly Waiting[] {
    const now = this.#options.timing.monotonic();
    return batch.filter((waiting) => {
      const keep = waiting.folded || waiting.until > now;
      if (!keep) this.#answer(waiting, { type: 'dropped' });
      return keep;
    });
  }

  #answer(waiting: Waiting | undefined, verdict: Verdict): void {
    this.#options.metrics.judged(verdict);
    waiting?.resolve(verdict);
  }

  /** @returns null when every command was answered, else what went wrong */
  async #attempt(batch: readonly Waiting[]): Promise<unknown> {
    try {
      const session = await this.usableSession();
      const answered = this.#options.timing.after(ATTEMPT_TIMEOUT_MS, session.drop);
      await this.#transact(session, batch)
        .catch((error: unknown) => abandon(session, error))
        .finally(answered);
      return null;
    } catch (error) {
      this.#healthy = failureOf(error) !== 'reconnect';
      if (!this.#healthy) for (const waiting of batch) waiting.mayBePosted ||= waiting.folded;
      return error;
    }
  }

  /** One transaction; answers its commands when it is committed. */
  async #transact(session: LedgerSession, batch: readonly Waiting[]): Promise<void> {
    const keys = computed(() => keysOf(commandsOf(batch)));
    const { head, state } = await session.read(keys);
    this.#healthy = true;
    this.#remember(head, keys, state);
    // The wait for the head is over: who has left by now is not charged.
    const live = this.dropExpired(batch);
    for (const waiting of live) waiting.folded = true;
    const folded = computed(() => foldBatch(state, commandsOf(live), head.now));
    if (folded.journals.length === 0 && folded.refusals.length === 0) {
      await session.rollback();
    } else {
      const next = computed(() => headAfter(head, folded));
      await session.write(head, folded, next);
      this.#options.mirror.advance(next, folded.accounts);
    }
    this.committed(live, folded);
  }

  /** Answers the commands of a batch that is committed. */
  committed(batch: readonly Waiting[], { verdicts, journals }: Folded): void {
    if (journals.length > 0) this.#options.onPosted();
    for (const [index, verdict] of verdicts.entries()) this.#answer(batch[index], verdict);
  }

  #remember(head: Head, { accountIds }: BatchKeys, { accounts }: LedgerState): void {
    const { mirror, timing } = this.#options;
    mirror.read(head, timing.monotonic());
    for (const [id, row] of accounts) mirror.set(id, row);
    for (const id of accountIds) if (!accounts.has(id)) mirror.set(id, null);
  }

  /** @throws when none can be opened */
  async usableSession(): Promise<LedgerSession> {
    if (this.#session?.usable() === true) return this.#session;
    // It may have a second connection that is still open.
    this.#session?.drop();
    this.#session = null;
    try {
      this.#session = await this.#options.connect();
      return this.#session;
    } catch (error) {
      throw new NotConnected('no session of the ledger could be opened', { cause: error });
    }
  }
}

const commandsOf = (batch: readonly Waiting[]): readonly LedgerCommand[] => batch.map((waiting) => waiting.command);

function rejectAll(batch: readonly Waiting[], error: AppError): void {
  for (const waiting of batch) waiting.reject(error);
}

/** Leaves the session without a transaction, or leaves the session. @throws the error again */
async function abandon({ rollback, usable, drop }: LedgerSession, error: unknown): Promise<never> {
  if (failureOf(error) === 'reconnect') drop();
  // Behind a failed commit there is no transaction any more, and the server only warns.
  else if (usable()) await rollback().catch(drop);
  throw error;
}
