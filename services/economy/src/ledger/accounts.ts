/**
 * Accounts by number. An id is computed from kind, owner and currency, so that no command has to look one up and two
 * replicas that open the same account at once mean the same row:
 *
 *     id = owner_id << 6 | kind << 2 | currency     (53 + 4 + 2 bits: fits in int8)
 */
import { type Account, AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
import { CURRENCIES, type Currency } from '@fanfare/kit';

export { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';

declare const accountIdBrand: unique symbol;
export type AccountId = bigint & { readonly [accountIdBrand]: never };

/** Owner ids end at 2^53 - 1, where JSON numbers do. */
export const MAX_OWNER_ID = 2n ** 53n - 1n;

/** Issuance goes below zero by what is in circulation, and debt by what is owed: far enough for 512 commands of the greatest amount. */
const BOTTOMLESS = -(2n ** 62n);

/** Bits of the id below the owner's. */
const KIND_SHIFT = 2n;
const OWNER_SHIFT = 6n;
const CURRENCY_MASK = 3n;
const KIND_MASK = 15n;

/** From a user's account to that user's debt: the difference of their kinds. */
const DEBT_OFFSET = BigInt(AccountKind.ACCOUNT_KIND_DEBT - AccountKind.ACCOUNT_KIND_USER) << KIND_SHIFT;

const KINDS: readonly AccountKind[] = [
  AccountKind.ACCOUNT_KIND_USER,
  AccountKind.ACCOUNT_KIND_AGENCY,
  AccountKind.ACCOUNT_KIND_PLATFORM,
  AccountKind.ACCOUNT_KIND_ISSUANCE,
  AccountKind.ACCOUNT_KIND_DEBT,
];

const isKind = (number: number): number is AccountKind => KINDS.some((kind) => kind === number);

/** @throws RangeError for what is no account; callers have refused that before */
export function accountIdOf(kind: AccountKind, ownerId: bigint, currency: Currency): AccountId {
  if (!isKind(kind)) throw new RangeError(`no such kind of account: ${kind}`);
  if (ownerId < 0n || ownerId > MAX_OWNER_ID) throw new RangeError(`owner id out of range: ${ownerId}`);
  const index = BigInt(CURRENCIES.indexOf(currency));
  return ((ownerId << OWNER_SHIFT) | (BigInt(kind) << KIND_SHIFT) | index) as AccountId;
}

export const userAccount = (userId: bigint, currency: Currency): AccountId =>
  accountIdOf(AccountKind.ACCOUNT_KIND_USER, userId, currency);

/** A user's three, in the order COIN, DIAMOND, POINT. */
export function walletOf(userId: bigint): readonly [AccountId, AccountId, AccountId] {
  const coin = userAccount(userId, 'COIN');
  return [coin, (coin + 1n) as AccountId, (coin + 2n) as AccountId];
}

export const issuance = (currency: Currency): AccountId => accountIdOf(AccountKind.ACCOUNT_KIND_ISSUANCE, 0n, currency);

/** 0, 1, 2 for COIN, DIAMOND, POINT. */
export const currencyIndexOf = (id: AccountId): number => Number(id & CURRENCY_MASK);

export function currencyOf(id: AccountId): Currency {
  const currency = CURRENCIES[currencyIndexOf(id)];
  if (currency === undefined) throw new RangeError(`not an account id: ${id}`);
  return currency;
}

export function kindOf(id: AccountId): AccountKind {
  const kind = Number((id >> KIND_SHIFT) & KIND_MASK);
  if (!isKind(kind)) throw new RangeError(`not an account id: ${id}`);
  return kind;
}

export const ownerOf = (id: AccountId): bigint => id >> OWNER_SHIFT;

const USER_BITS = BigInt(AccountKind.ACCOUNT_KIND_USER) << KIND_SHIFT;
const KIND_BITS = KIND_MASK << KIND_SHIFT;

/** The user whose account this is, or null. */
export const userOf = (id: AccountId): bigint | null => ((id & KIND_BITS) === USER_BITS ? ownerOf(id) : null);

/** Where a user's account has what its owner owes in the same asset. */
export const debtOf = (account: AccountId): AccountId => (account + DEBT_OFFSET) as AccountId;

/** What `balance - held` may not go below. */
export function floorOf(id: AccountId): bigint {
  const kind = kindOf(id);
  return kind === AccountKind.ACCOUNT_KIND_ISSUANCE || kind === AccountKind.ACCOUNT_KIND_DEBT ? BOTTOMLESS : 0n;
}

/** The account as the contracts name it. */
export const describeAccount = (id: AccountId): Account => ({
  kind: kindOf(id),
  ownerId: ownerOf(id),
  currency: currencyOf(id),
});
