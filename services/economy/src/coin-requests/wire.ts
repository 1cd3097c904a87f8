/** From messages of the wire to what the commands of coin requests take, and back. Pure. */
import type { Money } from '@fanfare/contracts/common/v1/money';
import {
  type ApproveCoinRequestRequest,
  CoinRequestScope,
  CoinRequestStatus,
  type CreateCoinRequestRequest,
  type ListCoinRequestsRequest,
  type RejectCoinRequestRequest,
  type SetCoinSellerRequest,
  type CoinRequest as WireCoinRequest,
  type CoinSeller as WireCoinSeller,
} from '@fanfare/contracts/economy/v1/coin_requests';
import { invalid, MAX_MINOR, type Minor } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { formatMoney } from '../format.ts';
import { MAX_OWNER_ID } from '../ledger/accounts.ts';
import { limitOf, placeOf } from '../page.ts';
import { parsePositive } from '../parse-amount.ts';
import { parseClientId, parseNote, parseReason, parseUserId, UUID } from '../parse-request.ts';
import type { CoinRequest } from './coin-request.ts';
import type { CoinRequestInput } from './create-coin-request.ts';
import type { ApprovalInput, RejectionInput } from './decide-coin-request.ts';
import type { ListInput, Scope, ShownStatus } from './list-coin-requests.ts';
import type { CoinSeller } from './seller-store.ts';
import type { CoinSellerInput } from './set-coin-seller.ts';

/** @throws AppError (invalid), as all of these do, naming the first field that is wrong */
export function parseCoinRequest({ id, amount, sellerId, note }: CreateCoinRequestRequest): CoinRequestInput {
  const coins = parsePositive(amount, 'COIN');
  if (sellerId < 0n || sellerId > MAX_OWNER_ID) throw invalid('sellerId', 'must be a user id');
  return { id: parseClientId(id), amount: coins, sellerId, note: parseNote(note) };
}

export const parseApproval = ({ coinRequestId }: ApproveCoinRequestRequest): ApprovalInput => ({
  coinRequestId: parseCoinRequestId(coinRequestId),
});

export const parseRejection = ({ coinRequestId, reason }: RejectCoinRequestRequest): RejectionInput => ({
  coinRequestId: parseCoinRequestId(coinRequestId),
  reason: parseReason(reason),
});

/** @throws COIN_REQUEST_NOT_FOUND: an id that no request can have */
function parseCoinRequestId(coinRequestId: string): string {
  const id = coinRequestId.toLowerCase();
  if (!UUID.test(id)) throw errors.COIN_REQUEST_NOT_FOUND();
  return id;
}

const SCOPES: Partial<Record<CoinRequestScope, Scope>> = {
  [CoinRequestScope.COIN_REQUEST_SCOPE_UNSPECIFIED]: 'own',
  [CoinRequestScope.COIN_REQUEST_SCOPE_SELLER]: 'seller',
  [CoinRequestScope.COIN_REQUEST_SCOPE_ALL]: 'all',
};

const STATUSES: Partial<Record<CoinRequestStatus, ShownStatus | null>> = {
  [CoinRequestStatus.COIN_REQUEST_STATUS_UNSPECIFIED]: null,
  [CoinRequestStatus.COIN_REQUEST_STATUS_PENDING]: 'pending',
  [CoinRequestStatus.COIN_REQUEST_STATUS_APPROVED]: 'approved',
  [CoinRequestStatus.COIN_REQUEST_STATUS_REJECTED]: 'rejected',
};

export function parseList(request: ListCoinRequestsRequest): ListInput {
  const limit = limitOf(request.limit);
  const behind = placeOf(request.cursor, UUID);
  const scope = SCOPES[request.scope];
  if (scope === undefined) throw invalid('scope', 'must be own, seller or all');
  const status = STATUSES[request.status];
  if (status === undefined) throw invalid('status', 'must be pending, approved or rejected');
  return { scope, status, behind, limit };
}

export const parseCoinSeller = (request: SetCoinSellerRequest): CoinSellerInput => ({
  userId: parseUserId('userId', request.userId),
  dailyLimit: parseLimit('dailyLimit', request.dailyLimit),
  requestLimit: parseLimit('requestLimit', request.requestLimit),
  isActive: request.isActive,
  reason: parseReason(request.reason),
});

function parseLimit(field: string, limit: Money | undefined): Minor {
  if (limit === undefined) throw invalid(field, 'is required');
  if (limit.currency !== 'COIN') throw invalid(field, 'must be in COIN');
  if (limit.minor < 0n || limit.minor > MAX_MINOR) throw invalid(field, 'must be 0 to 2^53 - 1 hundredths');
  return limit.minor;
}

/** An approval on its way is nobody's business yet. */
export function formatCoinRequest(request: CoinRequest): WireCoinRequest {
  const { id, userId, amount, sellerId, note, reason, createdAt } = request;
  const open = request.status === 'pending' || request.status === 'deciding';
  return {
    id,
    userId,
    amount: formatMoney('COIN', amount),
    sellerId,
    note,
    status: WIRE_STATUS[request.status],
    decidedBy: open ? 0n : request.decider.userId,
    reason,
    createdAt,
    decidedAt: open ? undefined : request.decidedAt,
  };
}

const WIRE_STATUS = {
  pending: CoinRequestStatus.COIN_REQUEST_STATUS_PENDING,
  deciding: CoinRequestStatus.COIN_REQUEST_STATUS_PENDING,
  approved: CoinRequestStatus.COIN_REQUEST_STATUS_APPROVED,
  rejected: CoinRequestStatus.COIN_REQUEST_STATUS_REJECTED,
} as const satisfies Record<CoinRequest['status'], CoinRequestStatus>;

export const formatCoinSeller = (seller: CoinSeller): WireCoinSeller => ({
  userId: seller.userId,
  dailyLimit: formatMoney('COIN', seller.dailyLimit),
  requestLimit: formatMoney('COIN', seller.requestLimit),
  isActive: seller.isActive,
  createdAt: seller.createdAt,
});
