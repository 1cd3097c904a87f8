/** Approving and rejecting: one of all who try decides, and whoever finds an approval on its way carries it on. */
import { recordAudit } from '@fanfare/database';
import { AppError, type Call, commonErrors, formatMinor } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { ofCall } from '../posting/post-one.ts';
import { type CoinRequest, type Decider, type Deciding, mayDecide, type Pending } from './coin-request.ts';
import { deciderOf, requireWithin } from './decider.ts';
import { finishApproval, untilStale } from './finish-approval.ts';
import { claim, findRequest, markRejected } from './request-store.ts';

type DecideDeps = Pick<Deps, 'engine' | 'database'>;

export interface ApprovalInput {
  readonly coinRequestId: string;
}

export interface RejectionInput {
  readonly coinRequestId: string;
  readonly reason: string;
}

/** Each round another approval has ended or begun; more than ever decide one request at once. */
const MAX_ROUNDS = 256;

/**
 * The coins of an administrator's approval are issued, those of a seller's are the seller's own. Repeating an approval
 * that succeeded answers with it again. What the ledger refuses leaves the request open, for others too.
 */
export async function approveCoinRequest(
  deps: DecideDeps,
  call: Call,
  { coinRequestId }: ApprovalInput,
): Promise<CoinRequest> {
  const { by, requestLimit } = await deciderOf(deps.database, call);
  const { correlationId } = ofCall(call);
  return inRounds(call, async () => {
    const until = untilStale();
    const found = await settle(deps, { coinRequestId, by, wish: 'approved' }, until);
    if (found?.status !== 'pending') return found;
    requireWithin(requestLimit, found.amount);
    const claimed = await claim(deps.database, found.id, by, correlationId);
    return claimed === null ? null : finishOwn(deps, claimed, until);
  });
}

/** Repeating a rejection answers with it again, and with the reason of the first time. */
export async function rejectCoinRequest(
  deps: DecideDeps,
  call: Call,
  { coinRequestId, reason }: RejectionInput,
): Promise<CoinRequest> {
  const { by } = await deciderOf(deps.database, call);
  return inRounds(call, async () => {
    const found = await settle(deps, { coinRequestId, by, wish: 'rejected' }, untilStale());
    return found?.status === 'pending' ? reject(deps, call, found, by, reason) : found;
  });
}

/**
 * @param round decides, or finds it decided; null when somebody else was first and it has to be looked at again
 * @throws DEADLINE_EXCEEDED
 */
async function inRounds(call: Call, round: () => Promise<CoinRequest | null>): Promise<CoinRequest> {
  for (let left = MAX_ROUNDS; left > 0 && call.remainingMs() !== 0; left -= 1) {
    const decided = await round();
    if (decided !== null) return decided;
  }
  throw commonErrors.DEADLINE_EXCEEDED();
}

interface Decision {
  readonly coinRequestId: string;
  readonly by: Decider;
  readonly wish: 'approved' | 'rejected';
}

/**
 * The request while it is pending, or as it was decided when that is what is wished for. An approval that is on its way
 * is carried to its end first, and the answer is null: look again.
 * @throws COIN_REQUEST_NOT_FOUND, FORBIDDEN, COIN_REQUEST_RESOLVED
 */
async function settle(deps: DecideDeps, decision: Decision, until: number): Promise<CoinRequest | null> {
  const { coinRequestId, by, wish } = decision;
  const request = await findRequest(deps.database, coinRequestId);
  if (request === null) throw errors.COIN_REQUEST_NOT_FOUND();
  if (!mayDecide(request, by)) throw commonErrors.FORBIDDEN();
  if (request.status === 'pending') return request;
  if (request.status === 'deciding') {
    await finishApproval(deps, request, until);
    return null;
  }
  if (request.status === wish && request.decider.key === by.key) return request;
  throw errors.COIN_REQUEST_RESOLVED({ status: request.status });
}

/** @throws what the ledger refused; the request is open again */
async function finishOwn(deps: DecideDeps, claimed: Deciding, until: number): Promise<CoinRequest> {
  const outcome = await finishApproval(deps, claimed, until);
  if (outcome.type === 'approved') return outcome.request;
  const { kind, reason, message, details } = outcome.refusal;
  throw new AppError(kind, reason, message, details);
}

/** @returns null when somebody else was first */
function reject(
  { database }: DecideDeps,
  call: Call,
  { id, userId, amount }: Pending,
  by: Decider,
  reason: string,
): Promise<CoinRequest | null> {
  return database.transaction(async (tx) => {
    const marked = await markRejected(tx, id, by, reason, ofCall(call).correlationId);
    if (marked !== null && by.as === 'admin') {
      const details = { coinRequestId: id, amount: formatMinor(amount) };
      await recordAudit(tx, call, { action: 'coin_request.reject', target: `user:${userId}`, reason, details });
    }
    return marked;
  });
}
