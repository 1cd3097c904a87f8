import {
  CoinRequestScope,
  CoinRequestStatus,
  type ListCoinRequestsRequest,
  type ListCoinRequestsResponse,
} from '@fanfare/contracts/economy/v1/coin_requests';
import type { Sql } from '@fanfare/database';
import { type Call, commonErrors, invalid, requireRole, requireUser } from '@fanfare/kit';
import { limitOf, pageOf, placeOf } from '../page.ts';
import { UUID } from '../parse-request.ts';
import { formatCoinRequest } from './coin-request.ts';
import { type Listed, listRequests } from './request-store.ts';
import { findActiveSeller } from './seller-store.ts';

/** Newest first. */
export async function listCoinRequests(
  sql: Sql,
  request: ListCoinRequestsRequest,
  call: Call,
): Promise<ListCoinRequestsResponse> {
  const limit = limitOf(request.limit);
  const after = placeOf(request.cursor, UUID);
  const listed = await listedOf(sql, request, call);
  const { items, nextCursor } = pageOf(await listRequests(sql, listed, after, limit + 1), limit);
  return { coinRequests: items.map(formatCoinRequest), nextCursor };
}

async function listedOf(sql: Sql, { scope, status }: ListCoinRequestsRequest, { caller }: Call): Promise<Listed> {
  switch (scope) {
    case CoinRequestScope.COIN_REQUEST_SCOPE_UNSPECIFIED:
      return { condition: `user_id = $4 and ${statusCondition(status)}`, values: [requireUser(caller)] };
    case CoinRequestScope.COIN_REQUEST_SCOPE_SELLER: {
      const userId = requireUser(caller);
      if ((await findActiveSeller(sql, userId)) === null) throw commonErrors.FORBIDDEN({ required: 'coin seller' });
      return { condition: sellerCondition(status), values: [userId] };
    }
    case CoinRequestScope.COIN_REQUEST_SCOPE_ALL:
      requireRole(caller, 'admin');
      return { condition: statusCondition(status), values: [] };
    default:
      throw invalid('scope', 'must be own, seller or all');
  }
}

/** What is open and theirs to decide; under another status what they have decided themselves. */
function sellerCondition(status: CoinRequestStatus): string {
  const open =
    status === CoinRequestStatus.COIN_REQUEST_STATUS_UNSPECIFIED ||
    status === CoinRequestStatus.COIN_REQUEST_STATUS_PENDING;
  if (open) return `${OPEN} and seller_id in (0, $4) and user_id <> $4`;
  return `decided_by = $4 and ${statusCondition(status)}`;
}

const OPEN = `status in ('pending', 'deciding')`;

function statusCondition(status: CoinRequestStatus): string {
  switch (status) {
    case CoinRequestStatus.COIN_REQUEST_STATUS_UNSPECIFIED:
      return 'true';
    case CoinRequestStatus.COIN_REQUEST_STATUS_PENDING:
      return OPEN;
    case CoinRequestStatus.COIN_REQUEST_STATUS_APPROVED:
      return `status = 'approved'`;
    case CoinRequestStatus.COIN_REQUEST_STATUS_REJECTED:
      return `status = 'rejected'`;
    default:
      throw invalid('status', 'must be pending, approved or rejected');
  }
}
