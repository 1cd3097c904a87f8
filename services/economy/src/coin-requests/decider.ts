/** Who may decide at all: administrators, and active coin sellers. */
import type { Sql } from '@fanfare/database';
import { type Call, callerKey, commonErrors, formatMinor, hasRole, type Minor, requireKnown } from '@fanfare/kit';
import { errors } from '../errors.ts';
import type { Decider } from './coin-request.ts';
import { findActiveSeller } from './seller-store.ts';

export interface Authority {
  readonly by: Decider;
  /** COIN in one request; null for administrators. */
  readonly requestLimit: Minor | null;
}

/** An administrator who sells coins too decides as an administrator. @throws FORBIDDEN */
export async function deciderOf(sql: Sql, { caller }: Call): Promise<Authority> {
  requireKnown(caller);
  const userId = caller.userId ?? 0n;
  const key = callerKey(caller);
  if (hasRole(caller, 'admin')) return { by: { userId, key, as: 'admin' }, requestLimit: null };
  const seller = userId === 0n ? null : await findActiveSeller(sql, userId);
  if (seller === null) throw commonErrors.FORBIDDEN({ required: 'admin or coin seller' });
  return { by: { userId, key, as: 'seller' }, requestLimit: seller.requestLimit };
}

/** @throws LIMIT_EXCEEDED */
export function requireWithin(requestLimit: Minor | null, amount: Minor): void {
  if (requestLimit === null || amount <= requestLimit) return;
  const limit = formatMinor(requestLimit);
  throw errors.LIMIT_EXCEEDED({ limit, available: limit });
}
