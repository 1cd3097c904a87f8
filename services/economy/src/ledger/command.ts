/** One command for the ledger, parsed: every id and amount in it is in range, whatever else may be wrong with it. */

import type { Refusal } from '../errors.ts';
import type { AccountId } from './accounts.ts';
import type { HoldChange } from './hold.ts';

/** At most this many legs in one journal: a batch then has at most 256 x 64 = 16,384 entries. */
export const MAX_LEGS = 64;
/** Bytes of UTF-8. */
export const MAX_CONTEXT_BYTES = 4096;

export interface Leg {
  readonly accountId: AccountId;
  /** Signed minor units; not zero, at most 2^53 - 1 either way. */
  readonly minor: bigint;
  readonly action: string;
  /**
   * Only for a debit of a user's account: takes what is available, even if frozen, and the rest becomes the user's debt,
   * which later credits of the same asset repay first.
   */
  readonly shortfallToDebt?: boolean;
}

/** A counter that may not pass a maximum, such as what a user earns in a day; it grows in the same commit. */
export interface Limit {
  /** Names the counter and its window: `points:7:2026-11-21`. At most 128 characters. */
  readonly key: string;
  readonly maxMinor: bigint;
  /** What this command adds; more than zero. */
  readonly minor: bigint;
  /** When the counter may be forgotten. */
  readonly expiresAt: Date;
}

export interface IntentField {
  readonly name: string;
  readonly value: string;
}

/** An administrator's command leaves this row in the same commit. */
interface AuditRow {
  readonly caller: string;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface LedgerCommand {
  readonly journalId: string;
  readonly operation: string;
  readonly intent: readonly IntentField[];
  readonly legs: readonly Leg[];
  readonly context: string;
  /** Whose three balances the receipt records; 0 for nobody's. */
  readonly userId: bigint;
  /** Shown in the statement. */
  readonly reason: string;
  /** Found elsewhere: recorded under the id unless that was accepted or refused before. */
  readonly refusal: Refusal | null;
  /** What becomes of a hold. Only a capture has legs. */
  readonly hold: HoldChange | null;
  readonly limit: Limit | null;
  readonly traceparent: string;
  readonly correlationId: string;
  readonly tenantId: string | null;
  readonly audit: AuditRow | null;
}

/** COIN, DIAMOND, POINT, in minor units. */
export type Balances = readonly [bigint, bigint, bigint];

export interface Receipt {
  readonly postedAt: Date;
  /** What the command's user could spend right after it. */
  readonly balances: Balances;
  readonly context: string;
  readonly repeated: boolean;
}

/** What became of one command. `dropped`: nobody waited any more, so nothing happened and nothing is remembered. */
export type Verdict =
  | { readonly type: 'accepted'; readonly receipt: Receipt }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'dropped' };
