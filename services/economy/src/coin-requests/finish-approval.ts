/**
 * Carries an approval from `deciding` to its end. Anybody may, any number of times and all at once: the ledger's id of
 * an attempt makes one journal of it.
 *
 * A request goes back to `pending` only when nothing can be posted for the attempt any more, or a process that wakes
 * late would give the coins after somebody else has decided. So the refusal is first recorded under the attempt's id.
 * The ledger remembers it for 24 hours, and whoever read the row has asked the ledger within POST_WITHIN_MS or never
 * does.
 */
import type { Sql } from '@fanfare/database';
import { AppError, commonErrors, type Minor } from '@fanfare/kit';
import { activeTraceparent } from '@fanfare/messaging';
import type { Refusal } from '../errors.ts';
import type { LedgerCommand, Verdict } from '../ledger/command.ts';
import type { Engine } from '../posting/engine.ts';
import { approvalCommand, closingCommand, releases } from './approval.ts';
import type { CoinRequest, Deciding } from './coin-request.ts';
import { findRequest, markApproved, release } from './request-store.ts';
import { findSeller } from './seller-store.ts';

const POST_WITHIN_MS = 30_000;

/** Until when a row that was asked for now may be acted on, on the monotonic clock. */
export const untilStale = (): number => performance.now() + POST_WITHIN_MS;

export type Outcome =
  | { readonly type: 'approved'; readonly request: CoinRequest }
  | { readonly type: 'released'; readonly refusal: Refusal };

export interface FinishDeps {
  readonly engine: Engine;
  readonly database: Sql;
}

/**
 * @param until on the monotonic clock; at the latest {@link untilStale} from before the row was read
 * @throws DEADLINE_EXCEEDED, UNAVAILABLE, OVERLOADED: it is still on its way, and the same can be done again
 */
export async function finishApproval(deps: FinishDeps, request: Deciding, until: number): Promise<Outcome> {
  const { database, engine } = deps;
  const command = approvalCommand(request, await dailyLimitOf(database, request), activeTraceparent() ?? '');
  const post = (sent: LedgerCommand): Promise<Verdict> => engine.post(sent, timeLeft(until));

  const verdict = await post(command);
  if (verdict.type === 'accepted') return approved(database, request, verdict.receipt.postedAt);
  if (verdict.type === 'dropped') throw commonErrors.DEADLINE_EXCEEDED();
  const { refusal } = verdict;
  if (!releases(refusal)) throw new AppError(refusal.kind, refusal.reason, refusal.message, refusal.details);

  const closed = await post(closingCommand(command, refusal));
  // Between the two somebody else's command found the coins.
  if (closed.type === 'accepted') return approved(database, request, closed.receipt.postedAt);
  if (closed.type === 'dropped') throw commonErrors.DEADLINE_EXCEEDED();
  await release(database, request);
  return { type: 'released', refusal };
}

async function approved(sql: Sql, request: Deciding, postedAt: Date): Promise<Outcome> {
  const marked = (await markApproved(sql, request, postedAt)) ?? (await findRequest(sql, request.id));
  if (marked?.status !== 'approved') throw new Error(`coin request ${request.id} was paid and is not approved`);
  return { type: 'approved', request: marked };
}

/** Null for an administrator. A seller who is none any more decided while they were one. */
async function dailyLimitOf(sql: Sql, { id, decider }: Deciding): Promise<Minor | null> {
  if (decider.as === 'admin') return null;
  const seller = await findSeller(sql, decider.userId);
  if (seller === null) throw new Error(`coin request ${id}: ${decider.key} was never a seller`);
  return seller.dailyLimit;
}

function timeLeft(until: number): number {
  const left = until - performance.now();
  if (left <= 0) throw commonErrors.DEADLINE_EXCEEDED();
  return Math.ceil(left);
}
