/** Approving and rejecting: one of all who try decides, and whoever finds an approval on its way carries it on. */
import type {
  ApproveCoinRequestRequest,
  ApproveCoinRequestResponse,
  RejectCoinRequestRequest,
  RejectCoinRequestResponse,
} from '@fanfare/contracts/economy/v1/coin_requests';
import { type Database, recordAudit, type Sql } from '@fanfare/database';
import { AppError, type Call, commonErrors, formatMinor } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { parseReason, UUID } from '../parse-request.ts';
import type { Engine } from '../posting/engine.ts';
import { headerText } from '../posting/parse-command.ts';
import {
  type CoinRequest,
  type Decider,
  type Deciding,
  formatCoinRequest,
  mayDecide,
  type Pending,
} from './coin-request.ts';
import { deciderOf, requireWithin } from './decider.ts';
import { finishApproval, untilStale } from './finish-approval.ts';
import { claim, findRequest, markRejected } from './request-store.ts';

export interface DecideDeps {
  readonly engine: Engine;
  readonly database: Database;
}

/** Each round another approval has ended or begun; more than ever decide one request at once. */
const MAX_ROUNDS = 256;

/**
 * The coins of an administrator's approval are issued, those of a seller's are the seller's own. Repeating an approval
 * that succeeded answers with it again. What the ledger refuses leaves the request open, for others too.
 */
export async function approveCoinRequest(
  deps: DecideDeps,
  request: ApproveCoinRequestRequest,
  call: Call,
): Promise<ApproveCoinRequestResponse> {
  const { by, requestLimit } = await deciderOf(deps.database, call);
  const correlationId = headerText('correlationId', call.correlationId);
  const approved = await decide(deps, request.coinRequestId, by, 'approved', call, async (pending, until) => {
    requireWithin(requestLimit, pending.amount);
    const claimed = await claim(deps.database, pending.id, by, correlationId);
    return claimed === null ? null : finishOwn(deps, claimed, until);
  });
  return { coinRequest: formatCoinRequest(approved) };
}

/** Repeating a rejection answers with it again, and with the reason of the first time. */
export async function rejectCoinRequest(
  deps: DecideDeps,
  request: RejectCoinRequestRequest,
  call: Call,
): Promise<RejectCoinRequestResponse> {
  const { by } = await deciderOf(deps.database, call);
  const reason = parseReason(request.reason);
  const correlationId = headerText('correlationId', call.correlationId);
  const rejected = await decide(deps, request.coinRequestId, by, 'rejected', call, ({ id, userId, amount }) =>
    deps.database.transaction(async (tx) => {
      const marked = await markRejected(tx, id, by, reason, correlationId);
      if (marked !== null && by.as === 'admin') {
        const details = { coinRequestId: id, amount: formatMinor(amount) };
        await recordAudit(tx, call, { action: 'coin_request.reject', target: `user:${userId}`, reason, details });
      }
      return marked;
    }),
  );
  return { coinRequest: formatCoinRequest(rejected) };
}

/**
 * @param attempt tries to decide a pending request; null when somebody else was first
 * @throws COIN_REQUEST_NOT_FOUND, FORBIDDEN, COIN_REQUEST_RESOLVED
 */
async function decide(
  deps: DecideDeps,
  coinRequestId: string,
  by: Decider,
  wish: 'approved' | 'rejected',
  call: Call,
  attempt: (pending: Pending, until: number) => Promise<CoinRequest | null>,
): Promise<CoinRequest> {
  const id = coinRequestId.toLowerCase();
  if (!UUID.test(id)) throw errors.COIN_REQUEST_NOT_FOUND();
  for (let round = 0; round < MAX_ROUNDS && call.remainingMs() !== 0; round += 1) {
    const until = untilStale();
    const request = await findFor(deps.database, id, by);
    if (request.status === 'deciding') await finishApproval(deps, request, until);
    else if (request.status === 'pending') {
      const decided = await attempt(request, until);
      if (decided !== null) return decided;
    } else if (request.status === wish && request.decider.key === by.key) return request;
    else throw errors.COIN_REQUEST_RESOLVED({ status: request.status });
  }
  throw commonErrors.DEADLINE_EXCEEDED();
}

async function findFor(sql: Sql, id: string, by: Decider): Promise<CoinRequest> {
  const request = await findRequest(sql, id);
  if (request === null) throw errors.COIN_REQUEST_NOT_FOUND();
  if (!mayDecide(request, by)) throw commonErrors.FORBIDDEN();
  return request;
}

/** @throws what the ledger refused; the request is open again */
async function finishOwn(deps: DecideDeps, claimed: Deciding, until: number): Promise<CoinRequest> {
  const outcome = await finishApproval(deps, claimed, until);
  if (outcome.type === 'approved') return outcome.request;
  const { kind, reason, message, details } = outcome.refusal;
  throw new AppError(kind, reason, message, details);
}
