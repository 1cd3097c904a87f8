/**
 * The small model: a ledger that does one command after the other with nothing but maps. It shares no code with the
 * rules it judges. Of a command that breaks several rules it names all, because which of them is told is a matter of
 * taste; that it is refused, and what a refusal or a journal leaves behind, is not.
 */
import { type AccountId, AccountKind, kindOf, ownerOf } from '../src/ledger/accounts.ts';
import type { LedgerCommand } from '../src/ledger/command.ts';

interface ModelHold {
  readonly account: AccountId;
  readonly minor: bigint;
  readonly until: number;
  status: string;
}

/** The first answer to an id. */
export interface Answer {
  readonly wish: string;
  readonly reason: string | null;
  readonly balances: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a batch took for the time, and what the database did. */
export interface Moment {
  readonly now: Date;
  readonly clock: Date;
}

export interface Judgement {
  /** Accepted now or before: the balances the receipt shows. Null: refused. */
  readonly balances: string | null;
  /** Posts a journal now. */
  readonly posts: boolean;
  /** Any of these reasons is right for a refusal. */
  readonly reasons: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Refusals that are kept under their id; the others leave it free. */
export const KEPT: ReadonlySet<string> = new Set([
  'INSUFFICIENT_FUNDS',
  'ACCOUNT_FROZEN',
  'HOLD_RESOLVED',
  'HOLD_EXPIRED',
  'ROOM_CLOSED',
]);

export class Model {
  readonly balances = new Map<AccountId, bigint>();
  readonly held = new Map<AccountId, bigint>();
  readonly frozen = new Set<AccountId>();
  readonly holds = new Map<string, ModelHold>();
  readonly limits = new Map<string, bigint>();
  readonly answers = new Map<string, Answer>();

  balance(account: AccountId): bigint {
    return this.balances.get(account) ?? 0n;
  }

  /** The first answer under an id, as far as it must be known: for ever when accepted, for a day when refused. */
  answerTo(journalId: string, clock: Date): Answer | undefined {
    const answer = this.answers.get(journalId);
    return answer !== undefined && answer.reason !== null && answer.at <= clock.getTime() - DAY_MS ? undefined : answer;
  }

  /** What the ledger must answer now, without doing it. */
  judge(command: LedgerCommand, { now, clock }: Moment): Judgement {
    const first = this.answerTo(command.journalId, clock);
    if (first !== undefined) {
      if (first.wish !== wishOf(command)) return { balances: null, posts: false, reasons: ['ID_REUSED'] };
      if (first.reason !== null) return { balances: null, posts: false, reasons: [first.reason] };
      return { balances: first.balances, posts: false, reasons: [] };
    }
    const reasons = this.#broken(command, now.getTime());
    return { balances: null, posts: reasons.length === 0, reasons };
  }

  /** Does what the ledger says it did. `reason` is the refusal's, or null when it was posted. */
  apply(command: LedgerCommand, reason: string | null, { now, clock }: Moment): string | null {
    if (this.answerTo(command.journalId, clock) !== undefined) return null;
    if (reason === null) this.#post(command);
    const balances = this.wallet(command.userId);
    const wish = wishOf(command);
    if (reason === null || KEPT.has(reason)) {
      this.answers.set(command.journalId, { wish, reason, balances, at: now.getTime() });
    }
    return reason === null ? balances : null;
  }

  /** What a user can spend, as text. */
  wallet(user: bigint): string {
    if (user === 0n) return '0,0,0';
    const spendable = [0n, 1n, 2n].map((currency) => this.#available(((user << 6n) | 4n | currency) as AccountId));
    return spendable.join();
  }

  #available(account: AccountId): bigint {
    return this.balance(account) - (this.held.get(account) ?? 0n);
  }

  #broken(command: LedgerCommand, now: number): readonly string[] {
    if (command.refusal !== null) return [command.refusal.reason];
    const { limit, hold, legs } = command;
    const moves = hold === null || hold.type === 'capture';
    const malformed = (moves && legs.length === 0) || !sumsToZero(legs);
    const exceeded = limit !== null && this.#used(limit.key) + limit.minor > limit.maxMinor;
    return [
      ...(malformed ? ['INVALID_ARGUMENT'] : []),
      ...(exceeded ? ['LIMIT_EXCEEDED'] : []),
      ...this.#holdBroken(command, now),
      ...this.#fundsMissing(command),
    ];
  }

  #fundsMissing({ legs, hold }: LedgerCommand): readonly string[] {
    const released = hold?.type === 'capture' ? this.holds.get(hold.holdId) : undefined;
    const debited = new Set(legs.filter((leg) => leg.shortfallToDebt !== true).map((leg) => leg.accountId));
    return [...debited].flatMap((account) => {
      const net = sum(legs, (id) => id === account);
      if (net >= 0n || isBottomless(account)) return [];
      const freed = released?.status === 'open' && released.account === account ? released.minor : 0n;
      return this.#cannotTake(account, -net, freed);
    });
  }

  #cannotTake(account: AccountId, minor: bigint, freed: bigint): readonly string[] {
    const frozen = this.frozen.has(account) ? ['ACCOUNT_FROZEN'] : [];
    return this.#available(account) + freed < minor ? [...frozen, 'INSUFFICIENT_FUNDS'] : frozen;
  }

  #holdBroken({ hold: change }: LedgerCommand, now: number): readonly string[] {
    if (change === null) return [];
    if (change.type === 'reserve') {
      const over = change.expiresAt.getTime() <= now ? ['INVALID_ARGUMENT'] : [];
      return [...over, ...this.#cannotTake(change.accountId, change.minor, 0n)];
    }
    const hold = this.holds.get(change.holdId);
    if (hold === undefined) return ['HOLD_NOT_FOUND'];
    if (hold.status !== 'open') return ['HOLD_RESOLVED'];
    if (change.type === 'expire') return hold.until > now ? ['HOLD_NOT_EXPIRED'] : [];
    if (change.type === 'void') return [];
    const expired = hold.until <= now ? ['HOLD_EXPIRED'] : [];
    return change.minor > hold.minor ? [...expired, 'INSUFFICIENT_FUNDS'] : expired;
  }

  #post({ journalId, legs, hold, limit }: LedgerCommand): void {
    const before = new Map(this.balances);
    for (const leg of legs) this.#take(leg);
    for (const { accountId } of legs) this.#repay(accountId, this.balance(accountId) - (before.get(accountId) ?? 0n));
    if (limit !== null) this.limits.set(limit.key, this.#used(limit.key) + limit.minor);
    if (hold !== null) this.#change(journalId, hold);
  }

  /** What is not there becomes debt, where that is allowed. */
  #take({ accountId, minor, shortfallToDebt }: LedgerCommand['legs'][number]): void {
    const available = this.#available(accountId);
    const most = available > 0n ? available : 0n;
    const moved = shortfallToDebt === true && -minor > most ? -most : minor;
    this.#move(accountId, moved);
    if (moved !== minor) this.#move(debtOf(accountId), minor - moved);
  }

  #change(journalId: string, change: NonNullable<LedgerCommand['hold']>): void {
    if (change.type === 'reserve') {
      const { accountId: account, minor, expiresAt } = change;
      this.holds.set(journalId, { account, minor, until: expiresAt.getTime(), status: 'open' });
      this.#hold(account, minor);
      return;
    }
    const hold = this.holds.get(change.holdId);
    if (hold === undefined) throw new Error(`${journalId} resolves a hold that does not exist`);
    this.#hold(hold.account, -hold.minor);
    hold.status = { capture: 'captured', void: 'voided', expire: 'expired' }[change.type];
    this.#repay(hold.account, hold.minor - (change.type === 'capture' ? change.minor : 0n));
  }

  #used(key: string): bigint {
    return this.limits.get(key) ?? 0n;
  }

  /** Who owes pays first, out of what is received or set free. */
  #repay(account: AccountId, credit: bigint): void {
    if (credit <= 0n || kindOf(account) !== AccountKind.ACCOUNT_KIND_USER) return;
    const owed = -this.balance(debtOf(account));
    const paid = credit < owed ? credit : owed;
    if (paid <= 0n) return;
    this.#move(account, -paid);
    this.#move(debtOf(account), paid);
  }

  #move(account: AccountId, minor: bigint): void {
    this.balances.set(account, this.balance(account) + minor);
  }

  #hold(account: AccountId, minor: bigint): void {
    this.held.set(account, (this.held.get(account) ?? 0n) + minor);
  }
}

const wishOf = ({ intent }: LedgerCommand): string => intent.map(({ value }) => value).join();
/** As contracts have it: kind 5, same owner and currency. */
const debtOf = (account: AccountId): AccountId => ((ownerOf(account) << 6n) | (5n << 2n) | (account & 3n)) as AccountId;
const isBottomless = (account: AccountId): boolean => kindOf(account) === AccountKind.ACCOUNT_KIND_ISSUANCE;
const sumsToZero = (legs: LedgerCommand['legs']): boolean =>
  [0n, 1n, 2n].every((currency) => sum(legs, (id) => (id & 3n) === currency) === 0n);
const sum = (legs: LedgerCommand['legs'], counts: (id: AccountId) => boolean): bigint =>
  legs.reduce((total, leg) => (counts(leg.accountId) ? total + leg.minor : total), 0n);
