/** What the ledger refuses, and which legs a journal gets: the part of the fold that looks at one command. Pure. */
import { type AppError, formatMinor, invalid, MAX_MINOR } from '@fanfare/kit';
import { errors, type Refusal, refusalOf } from '../errors.ts';
import { type AccountId, currencyIndexOf, debtOf, userOf } from './accounts.ts';
import type { LedgerCommand, Leg, Limit } from './command.ts';
import { type Hold, type HoldChange, holdRuleBroken } from './hold.ts';
import type { WorkingAccount, WorkingAccounts } from './working-accounts.ts';

/** A refusal, and whether its id stays refused. */
export interface Refused {
  readonly refusal: Refusal;
  readonly remember: boolean;
}

/** The ledger as the commands so far have left it. */
export interface Standing {
  readonly accounts: WorkingAccounts;
  readonly hold: (id: string) => Hold | undefined;
  readonly used: (limitKey: string) => bigint;
  readonly now: Date;
}

export const remembered = (refusal: Refusal): Refused => ({ refusal, remember: true });
/** Another state could accept the command, or no state can: its id stays free, for it or for a right one. */
const forgotten = (error: AppError): Refused => ({ refusal: refusalOf(error), remember: false });

/** The first rule that a command breaks, or null: then it must succeed. */
export function firstRuleBroken(command: LedgerCommand, standing: Standing): Refused | null {
  return (
    malformed(command) ??
    holdBroken(command, standing) ??
    limitBroken(command.limit, standing) ??
    fundsMissing(command, standing)
  );
}

function malformed({ legs, hold }: LedgerCommand): Refused | null {
  const moves = hold === null || hold.type === 'capture';
  if (moves && legs.length === 0) return forgotten(invalid('postings', 'must not be empty'));
  if (!moves && legs.length > 0)
    return forgotten(invalid('postings', 'must be empty where a hold is only set or ended'));
  if (!sumsToZero(legs)) return forgotten(invalid('postings', 'must sum to zero in every currency'));
  const wrong = legs.find((leg) => leg.shortfallToDebt === true && (hold !== null || !mayFallShort(leg, legs)));
  if (wrong === undefined) return null;
  return forgotten(invalid('postings', "may fall short only in one debit of a user's account, and not beside a hold"));
}

const FARTHEST = 2n ** 62n;

/** Nothing else may move the account, so that what is available is what the leg can take. */
const mayFallShort = (leg: Leg, legs: readonly Leg[]): boolean =>
  leg.minor < 0n &&
  userOf(leg.accountId) !== null &&
  legs.every((other) => other === leg || other.accountId !== leg.accountId);

function sumsToZero(legs: readonly Leg[]): boolean {
  let [coin, diamond, point] = [0n, 0n, 0n];
  for (const { accountId, minor } of legs) {
    const index = currencyIndexOf(accountId);
    if (index === 0) coin += minor;
    else if (index === 1) diamond += minor;
    else point += minor;
  }
  return coin === 0n && diamond === 0n && point === 0n;
}

function holdBroken({ hold: change, legs }: LedgerCommand, standing: Standing): Refused | null {
  if (change === null) return null;
  if (change.type === 'reserve') return reserveBroken(change, standing);
  const hold = standing.hold(change.holdId);
  if (hold === undefined) return forgotten(errors.HOLD_NOT_FOUND());
  if (change.type === 'capture' && netOf(legs).get(hold.accountId) !== -change.minor) {
    return forgotten(invalid('postings', "must take the captured amount from the hold's account"));
  }
  const refusal = holdRuleBroken(hold, change, standing.now);
  if (refusal === null) return null;
  return { refusal, remember: refusal.reason !== 'HOLD_NOT_EXPIRED' };
}

function reserveBroken(
  { accountId, minor, expiresAt }: HoldChange & { type: 'reserve' },
  { accounts, now }: Standing,
): Refused | null {
  if (minor <= 0n) return forgotten(invalid('hold', 'must be more than zero'));
  if (!(expiresAt > now)) return forgotten(invalid('hold', 'must expire in the future'));
  return cannotTake(accounts.get(accountId), minor, 0n);
}

function limitBroken(limit: Limit | null, { used }: Standing): Refused | null {
  if (limit === null) return null;
  const available = limit.maxMinor - used(limit.key);
  if (limit.minor <= available) return null;
  const left = available > 0n ? available : 0n;
  return forgotten(errors.LIMIT_EXCEEDED({ limit: formatMinor(limit.maxMinor), available: formatMinor(left) }));
}

function fundsMissing({ legs, hold: change }: LedgerCommand, { accounts, hold }: Standing): Refused | null {
  const captured = change?.type === 'capture' ? hold(change.holdId) : undefined;
  for (const [accountId, net] of netOf(legs)) {
    const short = legs.some((leg) => leg.shortfallToDebt === true && leg.accountId === accountId);
    if (tooFar(short ? debtOf(accountId) : accountId, net, accounts)) {
      return forgotten(invalid('postings', 'would take a balance beyond 2^62'));
    }
    if (net >= 0n || short) continue;
    const released = captured?.accountId === accountId ? captured.minor : 0n;
    const refused = cannotTake(accounts.get(accountId), -net, released);
    if (refused !== null) return refused;
  }
  return null;
}

/** Far from the end of int8, so that neither a sum nor the legs in between can reach it. */
function tooFar(accountId: AccountId, net: bigint, accounts: WorkingAccounts): boolean {
  const balance = accounts.get(accountId).balance + net;
  return balance > FARTHEST || balance < -FARTHEST;
}

/** @param released what a capture sets free of this account in the same journal */
function cannotTake(account: WorkingAccount, minor: bigint, released: bigint): Refused | null {
  if (account.frozen) return remembered(refusalOf(errors.ACCOUNT_FROZEN()));
  const available = account.balance - account.held + released - account.floor;
  if (available >= minor) return null;
  const details = { required: formatMinor(minor), available: formatMinor(available) };
  return remembered(refusalOf(errors.INSUFFICIENT_FUNDS(details)));
}

/** What a journal does to each account in all, in the order of its legs. */
function netOf(legs: readonly Leg[]): ReadonlyMap<AccountId, bigint> {
  const net = new Map<AccountId, bigint>();
  for (const { accountId, minor } of legs) net.set(accountId, (net.get(accountId) ?? 0n) + minor);
  return net;
}

/**
 * The legs as they are posted: what a clawback cannot take becomes debt, and a user who owes repays with what is received,
 * or set free of a hold, first. Both keep every sum.
 * @param freed what the journal sets free of an account, beyond what it captures
 */
export function legsPosted(legs: readonly Leg[], freed: Freed | null, accounts: WorkingAccounts): readonly Leg[] {
  const short = legs.some((leg) => leg.shortfallToDebt === true);
  const taken = short ? legs.flatMap((leg) => (leg.shortfallToDebt === true ? clawback(leg, accounts) : [leg])) : legs;
  const repaid = repayments(taken, freed, accounts);
  return repaid.length === 0 ? taken : [...taken, ...repaid];
}

export interface Freed {
  readonly accountId: AccountId;
  readonly minor: bigint;
}

function clawback({ accountId, minor, action }: Leg, accounts: WorkingAccounts): readonly Leg[] {
  const { balance, held, floor } = accounts.get(accountId);
  const available = balance - held - floor;
  const rest = available > 0n ? available + minor : minor;
  if (rest >= 0n) return [{ accountId, minor, action }];
  const owed = { accountId: debtOf(accountId), minor: rest, action: 'debt_incurred' };
  return rest === minor ? [owed] : [{ accountId, minor: minor - rest, action }, owed];
}

function repayments(legs: readonly Leg[], freed: Freed | null, accounts: WorkingAccounts): readonly Leg[] {
  const owes = (accountId: AccountId): boolean =>
    userOf(accountId) !== null && accounts.get(debtOf(accountId)).balance < 0n;
  const gained = legs.some(({ accountId, minor }) => minor > 0n && owes(accountId));
  if (!gained && (freed === null || !owes(freed.accountId))) return [];
  const gains = new Map(netOf(legs));
  // What is captured was held: a debit of it takes nothing from what is set free.
  if (freed !== null) gains.set(freed.accountId, freed.minor);
  return [...gains]
    .filter(([accountId]) => owes(accountId))
    .flatMap(([accountId, net]) => repay(accountId, net, accounts));
}

function repay(accountId: AccountId, gain: bigint, accounts: WorkingAccounts): readonly Leg[] {
  const debtAccount = debtOf(accountId);
  const amounts = [gain, -accounts.get(debtAccount).balance, MAX_MINOR].sort((a, b) => (a < b ? -1 : 1));
  const [amount = 0n] = amounts;
  if (amount <= 0n) return [];
  return [
    { accountId, minor: -amount, action: 'debt_repaid' },
    { accountId: debtAccount, minor: amount, action: 'debt_repaid' },
  ];
}
