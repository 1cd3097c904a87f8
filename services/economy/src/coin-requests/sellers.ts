/** Administrators decide who sells coins. */

import type { Money } from '@fanfare/contracts/common/v1/money';
import type {
  ListCoinSellersRequest,
  ListCoinSellersResponse,
  SetCoinSellerRequest,
  SetCoinSellerResponse,
  CoinSeller as WireCoinSeller,
} from '@fanfare/contracts/economy/v1/coin_requests';
import { type Database, recordAudit, type Sql } from '@fanfare/database';
import { type Call, formatMinor, invalid, MAX_MINOR, type Minor, requireRole } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { limitOf, pageOf, placeOf } from '../page.ts';
import { parseReason, parseUserId } from '../parse-request.ts';
import { type CoinSeller, listSellers, saveSeller } from './seller-store.ts';

const USER_ID = /^[1-9]\d{0,15}$/;

/** Makes a user a coin seller, changes the limits, or ends it. What a seller has begun to approve is carried out. */
export async function setCoinSeller(
  database: Database,
  request: SetCoinSellerRequest,
  call: Call,
): Promise<SetCoinSellerResponse> {
  requireRole(call.caller, 'admin');
  const userId = parseUserId('userId', request.userId);
  const dailyLimit = parseLimit('dailyLimit', request.dailyLimit);
  const requestLimit = parseLimit('requestLimit', request.requestLimit);
  const { isActive } = request;
  const reason = parseReason(request.reason);
  const seller = await database.transaction(async (tx) => {
    const details = {
      dailyLimit: formatMinor(dailyLimit),
      requestLimit: formatMinor(requestLimit),
      isActive: `${isActive}`,
    };
    await recordAudit(tx, call, { action: 'coin_seller.set', target: `user:${userId}`, reason, details });
    return saveSeller(tx, { userId, dailyLimit, requestLimit, isActive });
  });
  return { coinSeller: formatSeller(seller) };
}

/** Newest first, those that have ended included. */
export async function listCoinSellers(
  sql: Sql,
  request: ListCoinSellersRequest,
  call: Call,
): Promise<ListCoinSellersResponse> {
  requireRole(call.caller, 'admin');
  const limit = limitOf(request.limit);
  const rows = await listSellers(sql, placeOf(request.cursor, USER_ID), limit + 1);
  const { items, nextCursor } = pageOf(
    rows.map((seller) => ({ ...seller, id: `${seller.userId}` })),
    limit,
  );
  return { coinSellers: items.map(formatSeller), nextCursor };
}

function parseLimit(field: string, limit: Money | undefined): Minor {
  if (limit === undefined) throw invalid(field, 'is required');
  if (limit.currency !== 'COIN') throw invalid(field, 'must be in COIN');
  if (limit.minor < 0n || limit.minor > MAX_MINOR) throw invalid(field, 'must be 0 to 2^53 - 1 hundredths');
  return limit.minor;
}

const formatSeller = ({ userId, dailyLimit, requestLimit, isActive, createdAt }: CoinSeller): WireCoinSeller => ({
  userId,
  dailyLimit: formatMoney('COIN', dailyLimit),
  requestLimit: formatMoney('COIN', requestLimit),
  isActive,
  createdAt,
});
