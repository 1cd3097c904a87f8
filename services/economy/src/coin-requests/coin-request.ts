/**
 * A coin request and the rules of deciding it. Pure.
 *
 *   pending --approve--> deciding --the ledger accepts--> approved
 *      ^  \                 |
 *      |   \--reject--> rejected
 *      '------ the ledger refuses: not enough coins, frozen, over a limit
 *
 * The step to `deciding` has one winner and writes down who decides, so everything that follows is known from the row:
 * whoever finds it there can carry it on, and they all send the ledger the same command.
 */
import type { Minor } from '@fanfare/kit';

/** An administrator gives out of issuance, a seller out of an account of their own. */
export type DecidesAs = 'admin' | 'seller';

export interface Decider {
  /** 0 for the platform itself. */
  readonly userId: bigint;
  /** As audit rows name the caller: `user:7`. */
  readonly key: string;
  readonly as: DecidesAs;
}

interface Asked {
  readonly id: string;
  readonly userId: bigint;
  /** COIN. */
  readonly amount: Minor;
  /** The only seller who may decide; 0: any. */
  readonly sellerId: bigint;
  readonly note: string;
  /** Approvals begun so far; the ledger's id of an approval hangs on it. */
  readonly attempt: bigint;
  /** Why it was rejected. */
  readonly reason: string;
  /** Of the call that changed it last. */
  readonly correlationId: string;
  readonly tenantId: string | null;
  readonly createdAt: Date;
}

interface Decided {
  readonly decider: Decider;
  readonly decidedAt: Date;
}

export type Pending = Asked & { readonly status: 'pending' };
export type Deciding = Asked & Decided & { readonly status: 'deciding' };
export type CoinRequest = Pending | Deciding | (Asked & Decided & { readonly status: 'approved' | 'rejected' });

/** Nobody decides their own request; a seller decides what is addressed to them or to no seller. */
export function mayDecide(request: Pick<CoinRequest, 'userId' | 'sellerId'>, decider: Decider): boolean {
  if (request.userId === decider.userId) return false;
  return decider.as === 'admin' || request.sellerId === 0n || request.sellerId === decider.userId;
}
