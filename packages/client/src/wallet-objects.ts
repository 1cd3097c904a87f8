/** What REST answers about wallets. Money is a decimal string with two places, times are ISO 8601 in UTC. */
import type { Asset } from './objects.ts';

/** One line of a wallet's statement; `amount` is signed. */
export interface Transaction {
  readonly id: string;
  readonly journalId: string;
  readonly asset: Asset;
  readonly action: string;
  readonly amount: string;
  readonly balanceBefore: string;
  readonly balanceAfter: string;
  readonly reason: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export interface Transfer {
  readonly id: string;
  readonly fromUserId: number;
  readonly toUserId: number;
  readonly amount: string;
  readonly createdAt: string;
}

export interface Grant {
  readonly id: string;
  readonly userId: number;
  readonly asset: Asset;
  readonly amount: string;
  readonly reason: string;
  readonly createdAt: string;
}

export interface AssetAmount {
  readonly asset: Asset;
  readonly amount: string;
}

/** Diamonds that became coins, at the rate of that time. */
export interface Conversion {
  readonly id: string;
  readonly from: AssetAmount;
  readonly to: AssetAmount;
  readonly createdAt: string;
}

export type CoinRequestStatus = 'pending' | 'approved' | 'rejected';

/** A user asks for coins; an administrator or a coin seller decides. */
export interface CoinRequest {
  readonly id: string;
  readonly userId: number;
  readonly amount: string;
  /** The only seller who may decide, or null for any. */
  readonly sellerId: number | null;
  readonly note: string | null;
  readonly status: CoinRequestStatus;
  readonly decidedBy: number | null;
  /** Why it was rejected. */
  readonly reason: string | null;
  readonly createdAt: string;
  readonly decidedAt: string | null;
}

export interface CoinSeller {
  readonly userId: number;
  /** Coins that the seller may give in one UTC day, and by one request. */
  readonly dailyLimit: string;
  readonly requestLimit: string;
  readonly isActive: boolean;
  readonly createdAt: string;
}

export type WithdrawalStatus = 'pending' | 'paid' | 'rejected' | 'cancelled' | 'expired';

/** While it is pending its amount is held: still owned, not available. */
export interface Withdrawal {
  readonly id: string;
  readonly userId: number;
  readonly asset: Asset;
  readonly amount: string;
  /** Zero unless it was paid; what is left of `amount` is available again. */
  readonly paidAmount: string;
  readonly status: WithdrawalStatus;
  readonly method: string;
  readonly destination: string;
  /** Why it was rejected. */
  readonly reason: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly resolvedAt: string | null;
}

export interface Points {
  readonly balance: string;
  /** What the platform calls its points. */
  readonly currencyName: string;
}

/** Something that points can buy. */
export interface PointItem {
  readonly id: string;
  readonly name: string;
  readonly price: string;
  readonly isActive: boolean;
}

/** What points were taken for; `balance` is what the user could spend right after it. */
export interface PointDeduction {
  readonly id: string;
  readonly userId: number;
  /** purchase, boost_post, gift_sent or penalty */
  readonly action: string;
  readonly points: string;
  readonly balance: string;
  readonly reason: string | null;
  readonly createdAt: string;
}

export interface Penalty extends PointDeduction {
  /** What the balance could not cover; later income repays it first. */
  readonly debt: string;
}

export interface Adjustment extends Grant {
  /** What the user could spend of this asset right after it. */
  readonly balance: string;
}

export interface WalletFreeze {
  readonly userId: number;
  readonly frozen: boolean;
}

/** What must stay in a wallet. */
export interface WalletFloor {
  readonly userId: number;
  readonly asset: Asset;
  readonly floor: string;
}
