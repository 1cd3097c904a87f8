/** What everything that takes points from a user has in common. Pure. */
import { formatMinor, type Minor, parseMinor } from '@fanfare/kit';
import { AccountKind, accountIdOf, userAccount } from '../ledger/accounts.ts';
import type { Leg, Receipt } from '../ledger/command.ts';

/** As the app names them; the fifth, a withdrawal, is a hold that was captured. */
export type DeductionAction = 'purchase' | 'boost_post' | 'gift_sent' | 'penalty';

type Metadata = Readonly<Record<string, string | number>>;

interface DeductionContext {
  /** Shown beside the amount. */
  readonly metadata: Metadata;
  /** What was asked for, as decimal text. */
  readonly points: string;
}

/** Kept with the journal, so that a repeat answers with the price and name of the first time. */
export const deductionContext = (points: Minor, metadata: Metadata): string =>
  JSON.stringify({ metadata, points: formatMinor(points) } satisfies DeductionContext);

/** @throws when the journal is no deduction's */
export function readDeduction(context: string): { readonly points: Minor; readonly metadata: Metadata } {
  const { points, metadata } = JSON.parse(context) as DeductionContext;
  const minor = parseMinor(points);
  if (minor === null) throw new Error(`no deduction: ${context}`);
  return { points: minor, metadata };
}

/** From a user to the platform. */
export const spendingLegs = (userId: bigint, points: Minor, action: DeductionAction): readonly [Leg, Leg] => [
  { accountId: userAccount(userId, 'POINT'), minor: -points, action },
  { accountId: accountIdOf(AccountKind.ACCOUNT_KIND_PLATFORM, 0n, 'POINT'), minor: points, action },
];

/** Points that were taken, as the user is told of them. */
export interface Deduction {
  /** The journal's. */
  readonly id: string;
  readonly userId: bigint;
  readonly action: DeductionAction;
  readonly points: Minor;
  readonly reason: string;
  /** POINT that the user can spend then. */
  readonly balance: Minor;
  readonly postedAt: Date;
}

export const deductionOf = (
  deducted: Omit<Deduction, 'balance' | 'postedAt'>,
  { balances: [, , balance], postedAt }: Receipt,
): Deduction => ({ ...deducted, balance, postedAt });
