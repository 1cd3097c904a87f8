/**
 * Withdrawals. One is a hold of the operation `withdrawal` and nothing else: the journal that reserved it says where the
 * money should go, the journal that resolved it what became of it. Pure.
 */
import { type Currency, formatMinor, invalid, type Minor } from '@fanfare/kit';
import { type AccountId, currencyOf, issuance, userAccount } from '../ledger/accounts.ts';
import type { IntentField, Leg } from '../ledger/command.ts';
import type { HoldStatus } from '../ledger/hold.ts';

export const REQUEST = 'withdrawal';
export const PAY = 'withdrawal.pay';
export const CANCEL = 'withdrawal.cancel';
export const REJECT = 'withdrawal.reject';

/** What can be withdrawn, as people read it. */
const NAMES = { DIAMOND: 'diamonds', POINT: 'points' } as const;
export type WithdrawalAsset = keyof typeof NAMES;

const isWithdrawable = (currency: Currency): currency is WithdrawalAsset => Object.hasOwn(NAMES, currency);

const MAX_METHOD_LENGTH = 64;
const MAX_DESTINATION_LENGTH = 200;
const MAX_REFERENCE_LENGTH = 200;

export type WithdrawalStatus = 'pending' | 'paid' | 'rejected' | 'cancelled' | 'expired';

export interface Withdrawal {
  /** The hold's id, and the id of the journal that reserved it. */
  readonly id: string;
  readonly userId: bigint;
  readonly accountId: AccountId;
  readonly minor: Minor;
  /** Zero unless paid. */
  readonly paidMinor: Minor;
  readonly status: WithdrawalStatus;
  readonly method: string;
  readonly destination: string;
  /** Why it was rejected, or empty. */
  readonly reason: string;
  /** The payment's name at the bank or provider; empty unless paid. */
  readonly reference: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly resolvedAt: Date | null;
}

/** @param resolution operation of the journal that resolved the hold; null while it is open */
export function statusOf(hold: HoldStatus, resolution: string | null): WithdrawalStatus {
  switch (hold) {
    case 'open':
      return 'pending';
    case 'captured':
      return 'paid';
    case 'expired':
      return 'expired';
    case 'voided':
      return resolution === CANCEL ? 'cancelled' : 'rejected';
  }
}

export interface WithdrawalRequest {
  readonly currency: WithdrawalAsset;
  readonly minor: Minor;
  readonly method: string;
  readonly destination: string;
}

/** @throws AppError (invalid) for the first field that is none */
export function parseWithdrawal(
  { currency, minor }: { readonly currency: Currency; readonly minor: Minor },
  method: string,
  destination: string,
): WithdrawalRequest {
  if (!isWithdrawable(currency)) throw invalid('asset', 'must be DIAMOND or POINT');
  if (minor <= 0n) throw invalid('amount', 'must be more than zero');
  return {
    currency,
    minor,
    method: line('method', method, 1, MAX_METHOD_LENGTH),
    destination: line('destination', destination, 1, MAX_DESTINATION_LENGTH),
  };
}

/** What the user asked for, under the names of the public request. */
export const withdrawalIntent = (request: WithdrawalRequest): readonly IntentField[] => [
  { name: 'amount', value: formatMinor(request.minor) },
  { name: 'asset', value: request.currency },
  { name: 'method', value: request.method },
  { name: 'destination', value: request.destination },
];

/** @throws AppError (invalid) */
export const parseReference = (reference: string): string => line('reference', reference, 0, MAX_REFERENCE_LENGTH);

/** What an administrator says was paid; `currency` is null when none was named. */
export interface Payment {
  readonly currency: Currency | null;
  readonly minor: Minor;
}

/**
 * What is paid: all that is held, or the part that an administrator names.
 * @throws AppError (invalid) for another asset, or more than is held
 */
export function paidMinorOf(
  { accountId, minor }: Pick<Withdrawal, 'accountId' | 'minor'>,
  amount: Payment | null,
): Minor {
  if (amount === null) return minor;
  const asset = currencyOf(accountId);
  if (amount.currency !== null && amount.currency !== asset) throw invalid('asset', `must be ${asset}`);
  if (amount.minor <= 0n) throw invalid('amount', 'must be more than zero');
  if (amount.minor > minor) throw invalid('amount', `must be at most ${formatMinor(minor)}`);
  return amount.minor;
}

/** A captured withdrawal leaves the system where it had entered it. */
export function payoutLegs(
  { userId, accountId }: Pick<Withdrawal, 'userId' | 'accountId'>,
  minor: Minor,
): readonly Leg[] {
  const currency = currencyOf(accountId);
  return [
    { accountId: userAccount(userId, currency), minor: -minor, action: 'withdrawal' },
    { accountId: issuance(currency), minor, action: 'withdrawal' },
  ];
}

/** Shown in the statement: `Withdrew 12.50 diamonds`. */
export function payoutReason(accountId: AccountId, minor: Minor): string {
  const currency = currencyOf(accountId);
  return `Withdrew ${formatMinor(minor)} ${isWithdrawable(currency) ? NAMES[currency] : currency}`;
}

/** One line of text. PostgreSQL keeps no NUL, and half of a surrogate pair would come back as another character. */
function line(field: string, text: string, least: number, most: number): string {
  if (text.length >= least && text.length <= most && text.isWellFormed() && !/\p{Cc}/u.test(text)) return text;
  throw invalid(field, `must be ${least === 0 ? 'at most' : `${least} to`} ${most} characters on one line`);
}
