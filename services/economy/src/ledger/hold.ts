/**
 * Holds: a part of a balance that is set aside until it is captured, voided or expires. A hold is named by the journal
 * that reserved it and is resolved once. Pure.
 *
 *   reserve -> open -> captured (in full or in part; the rest is available again)
 *                   -> voided
 *                   -> expired (only once its time is over; from then on it cannot be captured)
 */
import { formatMinor } from '@fanfare/kit';
import { errors, type Refusal, refusalOf } from '../errors.ts';
import type { AccountId } from './accounts.ts';

export type HoldChange =
  | { readonly type: 'reserve'; readonly accountId: AccountId; readonly minor: bigint; readonly expiresAt: Date }
  /** The command's legs debit the hold's account by exactly `minor`. */
  | { readonly type: 'capture'; readonly holdId: string; readonly minor: bigint }
  | { readonly type: 'void'; readonly holdId: string }
  | { readonly type: 'expire'; readonly holdId: string };

export type HoldStatus = 'open' | 'captured' | 'voided' | 'expired';

/** What a change makes of an open hold. */
export const STATUS_AFTER = { capture: 'captured', void: 'voided', expire: 'expired' } as const;

export interface Hold {
  readonly accountId: AccountId;
  /** Of the command that reserved it. */
  readonly operation: string;
  readonly minor: bigint;
  readonly capturedMinor: bigint;
  readonly status: HoldStatus;
  readonly expiresAt: Date;
}

type Resolution = Exclude<HoldChange, { readonly type: 'reserve' }>;

/** The first rule that a resolution breaks, or null when it must succeed. */
export function holdRuleBroken(hold: Hold | undefined, change: Resolution, now: Date): Refusal | null {
  if (hold === undefined) return refusalOf(errors.HOLD_NOT_FOUND());
  if (hold.status !== 'open') return refusalOf(errors.HOLD_RESOLVED({ status: hold.status }));
  const expired = hold.expiresAt <= now;
  const expiresAt = hold.expiresAt.toISOString();
  if (change.type === 'expire' && !expired) return refusalOf(errors.HOLD_NOT_EXPIRED({ expiresAt }));
  if (change.type !== 'capture') return null;
  if (expired) return refusalOf(errors.HOLD_EXPIRED({ expiresAt }));
  if (change.minor <= hold.minor) return null;
  const details = { required: formatMinor(change.minor), available: formatMinor(hold.minor) };
  return refusalOf(errors.INSUFFICIENT_FUNDS(details));
}

/** As it is kept with the journal and covered by the chain: a JSON array, int8 as decimal text, time as epoch ms. */
export function holdText(change: HoldChange): string {
  switch (change.type) {
    case 'reserve':
      return JSON.stringify(['reserve', `${change.accountId}`, `${change.minor}`, change.expiresAt.getTime()]);
    case 'capture':
      return JSON.stringify(['capture', change.holdId, `${change.minor}`]);
    case 'void':
    case 'expire':
      return JSON.stringify([change.type, change.holdId]);
  }
}
