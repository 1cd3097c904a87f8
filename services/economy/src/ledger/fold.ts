/**
 * The ledger's rules, over a whole batch. Pure: from what was read behind the lock and the commands in their order to
 * one verdict each and the rows to write. A command sees what earlier ones in its batch have done, so a batch comes to
 * the same as its commands one by one; a refused command leaves no trace on the others.
 *
 *   known id?   -> its first answer
 *   refusal?    -> remembered under the id
 *   rule broken -> refused (rules.ts)
 *   else        -> posted: nothing can refuse it any more
 */

import { errors, type Refusal, refusalOf } from '../errors.ts';
import type { AccountId } from './accounts.ts';
import { userOf } from './accounts.ts';
import type { Balances, LedgerCommand, Leg, Limit, Receipt, Verdict } from './command.ts';
import { type Hold, type HoldChange, holdText, STATUS_AFTER } from './hold.ts';
import { differingField, intentText } from './intent.ts';
import { type Freed, firstRuleBroken, legsPosted, remembered, type Standing } from './rules.ts';
import { type AccountRow, type WorkingAccount, WorkingAccounts } from './working-accounts.ts';

export interface KnownJournal {
  readonly intent: string;
  readonly receipt: Receipt;
}

export interface KnownRefusal {
  readonly intent: string;
  readonly refusal: Refusal;
}

/** Everything the commands of a batch can touch. What is absent does not exist yet. */
export interface LedgerState {
  readonly accounts: ReadonlyMap<AccountId, AccountRow>;
  readonly journals: ReadonlyMap<string, KnownJournal>;
  /** Those that are still remembered. */
  readonly refusals: ReadonlyMap<string, KnownRefusal>;
  readonly holds: ReadonlyMap<string, Hold>;
  /** What is used up of a limit, by its key. */
  readonly limits: ReadonlyMap<string, bigint>;
}

export interface Entry {
  readonly accountId: AccountId;
  readonly seq: bigint;
  readonly minor: bigint;
  readonly balanceAfter: bigint;
  readonly action: string;
}

export interface Journal {
  readonly command: LedgerCommand;
  readonly intent: string;
  readonly entries: readonly Entry[];
  /** What it did to a hold, canonical, or null. */
  readonly hold: string | null;
  readonly balances: Balances;
  /** Available after this journal, of every user whose account it touched. */
  readonly touched: readonly { readonly userId: bigint; readonly balances: Balances }[];
}

/** A hold that this batch has opened or resolved, or both. */
export interface HoldRow extends Hold {
  readonly id: string;
  /** True: it did not exist before this batch. */
  readonly opens: boolean;
  /** The journal that resolved it, or null while it is open. */
  readonly resolvedBy: string | null;
}

export interface Folded {
  /** In the order of the commands. */
  readonly verdicts: readonly Verdict[];
  readonly journals: readonly Journal[];
  readonly refusals: readonly { readonly journalId: string; readonly intent: string; readonly refusal: Refusal }[];
  /** Those that changed. */
  readonly accounts: readonly WorkingAccount[];
  readonly holds: readonly HoldRow[];
  readonly limits: readonly { readonly key: string; readonly used: bigint; readonly expiresAt: Date }[];
}

export function foldBatch(state: LedgerState, commands: readonly LedgerCommand[], postedAt: Date): Folded {
  const batch = new Batch(state, postedAt);
  const verdicts = commands.map((command) => batch.judge(command));
  return { verdicts, ...batch.result() };
}

/** The state as the commands so far have left it. Lives for one call of {@link foldBatch}. */
class Batch {
  readonly #state: LedgerState;
  readonly #postedAt: Date;
  readonly #accounts: WorkingAccounts;
  readonly #journals: Journal[] = [];
  readonly #refusals: Folded['refusals'][number][] = [];
  readonly #accepted = new Map<string, KnownJournal>();
  readonly #refused = new Map<string, KnownRefusal>();
  readonly #holds = new Map<string, HoldRow>();
  readonly #limits = new Map<string, Folded['limits'][number]>();
  readonly #standing: Standing;

  constructor(state: LedgerState, postedAt: Date) {
    this.#state = state;
    this.#postedAt = postedAt;
    this.#accounts = new WorkingAccounts(state.accounts);
    this.#standing = {
      accounts: this.#accounts,
      hold: (id) => this.#holds.get(id) ?? state.holds.get(id),
      used: (key) => this.#limits.get(key)?.used ?? state.limits.get(key) ?? 0n,
      now: postedAt,
    };
  }

  judge(command: LedgerCommand): Verdict {
    const earlier = this.#earlierVerdict(command);
    if (earlier !== null) return earlier;
    const refused = command.refusal === null ? firstRuleBroken(command, this.#standing) : remembered(command.refusal);
    if (refused === null) return { type: 'accepted', receipt: this.#post(command) };
    if (refused.remember) this.#remember(command, refused.refusal);
    return { type: 'refused', refusal: refused.refusal };
  }

  result(): Omit<Folded, 'verdicts'> {
    return {
      journals: this.#journals,
      refusals: this.#refusals,
      accounts: this.#accounts.changed(),
      holds: [...this.#holds.values()],
      limits: [...this.#limits.values()],
    };
  }

  /** Whichever of journal and refusal came first under this id is the answer to every repeat. */
  #earlierVerdict(command: LedgerCommand): Verdict | null {
    const { journalId, intent } = command;
    const journal = this.#accepted.get(journalId) ?? this.#state.journals.get(journalId);
    const refusal = this.#refused.get(journalId) ?? this.#state.refusals.get(journalId);
    const known = journal ?? refusal;
    if (known === undefined) return null;
    const field = differingField(known.intent, intent);
    if (field !== null) return { type: 'refused', refusal: refusalOf(errors.ID_REUSED({ field })) };
    if (journal !== undefined) return { type: 'accepted', receipt: { ...journal.receipt, repeated: true } };
    return refusal === undefined ? null : { type: 'refused', refusal: refusal.refusal };
  }

  /** After the rules: this must succeed. */
  #post(command: LedgerCommand): Receipt {
    const { journalId, userId, context } = command;
    const users = new Set<bigint>();
    const legs = legsPosted(command.legs, this.#freedBy(command.hold), this.#accounts);
    const entries = legs.map((leg) => this.#enter(leg, users));
    if (command.hold !== null) this.#changeHold(command.hold, command, users);
    if (command.limit !== null) this.#count(command.limit);
    const balances = this.#accounts.balancesOf(userId);
    const receipt = { postedAt: this.#postedAt, balances, context, repeated: false };
    const intent = intentText(command.intent);
    const hold = command.hold === null ? null : holdText(command.hold);
    const touched = Array.from(users, (id) => ({ userId: id, balances: this.#accounts.balancesOf(id) }));
    this.#journals.push({ command, intent, entries, hold, balances, touched });
    this.#accepted.set(journalId, { intent, receipt });
    return receipt;
  }

  #enter({ accountId, minor, action }: Leg, users: Set<bigint>): Entry {
    const account = this.#accounts.get(accountId);
    account.seq += 1n;
    account.balance += minor;
    const user = userOf(accountId);
    if (user !== null) users.add(user);
    return { accountId, seq: account.seq, minor, balanceAfter: account.balance, action };
  }

  #changeHold(change: HoldChange, { journalId, operation }: LedgerCommand, users: Set<bigint>): void {
    const row = change.type === 'reserve' ? opening(change, journalId, operation) : this.#resolving(change, journalId);
    const account = this.#accounts.get(row.accountId);
    account.held += row.status === 'open' ? row.minor : -row.minor;
    const user = userOf(row.accountId);
    if (user !== null) users.add(user);
    this.#holds.set(row.id, row);
  }

  /** What becomes available again: all of a hold, or what is not captured of it. */
  #freedBy(change: HoldChange | null): Freed | null {
    if (change === null || change.type === 'reserve') return null;
    const hold = this.#standing.hold(change.holdId);
    if (hold === undefined) return null;
    return { accountId: hold.accountId, minor: hold.minor - (change.type === 'capture' ? change.minor : 0n) };
  }

  #resolving(change: Exclude<HoldChange, { type: 'reserve' }>, journalId: string): HoldRow {
    const hold = this.#standing.hold(change.holdId);
    if (hold === undefined) throw new Error(`hold ${change.holdId} passed the rules and does not exist`);
    return {
      ...hold,
      id: change.holdId,
      opens: this.#holds.get(change.holdId)?.opens ?? false,
      status: STATUS_AFTER[change.type],
      capturedMinor: change.type === 'capture' ? change.minor : 0n,
      resolvedBy: journalId,
    };
  }

  #count({ key, minor, expiresAt }: Limit): void {
    this.#limits.set(key, { key, used: this.#standing.used(key) + minor, expiresAt });
  }

  #remember({ journalId, intent }: LedgerCommand, refusal: Refusal): void {
    const row = { journalId, intent: intentText(intent), refusal };
    this.#refusals.push(row);
    this.#refused.set(journalId, row);
  }
}

function opening(change: HoldChange & { readonly type: 'reserve' }, id: string, operation: string): HoldRow {
  const { accountId, minor, expiresAt } = change;
  return {
    id,
    opens: true,
    accountId,
    operation,
    minor,
    capturedMinor: 0n,
    status: 'open',
    expiresAt,
    resolvedBy: null,
  };
}
