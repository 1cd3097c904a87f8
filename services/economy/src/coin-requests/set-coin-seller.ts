import { recordAudit } from '@fanfare/database';
import { type Call, formatMinor, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type CoinSeller, saveSeller } from './seller-store.ts';

export interface CoinSellerInput extends Omit<CoinSeller, 'createdAt'> {
  readonly reason: string;
}

/**
 * Makes a user a coin seller, changes the limits, or ends it. What a seller has begun to approve is carried out.
 * @throws USER_NOT_FOUND
 */
export async function setCoinSeller(
  { database, users }: Pick<Deps, 'database' | 'users'>,
  call: Call,
  { reason, ...seller }: CoinSellerInput,
): Promise<CoinSeller> {
  requireRole(call.caller, 'admin');
  const { userId, dailyLimit, requestLimit, isActive } = seller;
  await users.require([userId]);
  return database.transaction(async (tx) => {
    const details = {
      dailyLimit: formatMinor(dailyLimit),
      requestLimit: formatMinor(requestLimit),
      isActive: `${isActive}`,
    };
    await recordAudit(tx, call, { action: 'coin_seller.set', target: `user:${userId}`, reason, details });
    return saveSeller(tx, seller);
  });
}
