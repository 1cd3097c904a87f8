/**
 * The ledger's rules, over a whole batch. Pure: from what was read behind the locks and the commands in their order to
 * one verdict each and the rows to write. A command sees what earlier ones in its batch have done, so a batch comes to
 * the same as its commands one by one; a refused command leaves no trace on the others.
 */
import { type AppError, formatMinor, invalid } from '@fanfare/kit';
import { type AccountId, currencyIndexOf, floorOf, userOf, walletOf } from './accounts.ts';
import type { Balances, LedgerCommand, Leg, Receipt, Verdict } from './command.ts';
import { errors, type Refusal, refusalOf } from './errors.ts';
import { differingField, intentText } from './intent.ts';

/** An account row, as read behind its lock. */
export interface AccountRow {
  readonly balance: bigint;
  readonly held: bigint;
  readonly floor: bigint;
  readonly seq: bigint;
  readonly frozen: boolean;
}

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
}

interface Entry {
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
  readonly balances: Balances;
  /** Available after this journal, of every user whose account it touched. */
  readonly touched: readonly { readonly userId: bigint; readonly balances: Balances }[];
}

interface AccountChange {
  readonly id: AccountId;
  /** Null: the account opens with this batch. */
  readonly before: AccountRow | null;
  readonly after: AccountRow;
}

export interface Folded {
  /** In the order of the commands. */
  readonly verdicts: readonly Verdict[];
  readonly journals: readonly Journal[];
  readonly refusals: readonly { readonly journalId: string; readonly intent: string; readonly refusal: Refusal }[];
  readonly accounts: readonly AccountChange[];
}

/** A refusal, and whether its id stays refused. */
interface Refused {
  readonly refusal: Refusal;
  readonly remember: boolean;
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
  readonly #changed = new Map<AccountId, AccountRow>();
  readonly #journals: Journal[] = [];
  readonly #refusals: Folded['refusals'][number][] = [];
  readonly #accepted = new Map<string, KnownJournal>();
  readonly #refused = new Map<string, KnownRefusal>();

  constructor(state: LedgerState, postedAt: Date) {
    this.#state = state;
    this.#postedAt = postedAt;
  }

  judge(command: LedgerCommand): Verdict {
    const earlier = this.#earlierVerdict(command);
    if (earlier !== null) return earlier;
    const refused = command.refusal === null ? this.#firstRuleBroken(command) : remembered(command.refusal);
    if (refused === null) return { type: 'accepted', receipt: this.#post(command) };
    if (refused.remember) this.#remember(command, refused.refusal);
    return { type: 'refused', refusal: refused.refusal };
  }

  result(): Omit<Folded, 'verdicts'> {
    const accounts = [...this.#changed]
      .map(([id, after]) => ({ id, before: this.#state.accounts.get(id) ?? null, after }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return { journals: this.#journals, refusals: this.#refusals, accounts };
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

  #firstRuleBroken({ legs }: LedgerCommand): Refused | null {
    if (legs.length === 0) return forgotten(invalid('postings', 'must not be empty'));
    if (!sumsToZero(legs)) return forgotten(invalid('postings', 'must sum to zero in every currency'));
    for (const [accountId, net] of netOf(legs)) {
      if (net >= 0n) continue;
      const account = this.#account(accountId);
      if (account.frozen) return remembered(refusalOf(errors.ACCOUNT_FROZEN()));
      const available = account.balance - account.held - account.floor;
      if (available + net < 0n) {
        const details = { required: formatMinor(-net), available: formatMinor(available) };
        return remembered(refusalOf(errors.INSUFFICIENT_FUNDS(details)));
      }
    }
    return null;
  }

  /** After the rules: this must succeed. */
  #post(command: LedgerCommand): Receipt {
    const entries = command.legs.map((leg) => this.#apply(leg));
    const users = new Set(command.legs.map((leg) => userOf(leg.accountId)).filter((id) => id !== null));
    const balances = this.#available(command.userId);
    const receipt = { postedAt: this.#postedAt, balances, context: command.context, repeated: false };
    const intent = intentText(command.intent);
    const touched = [...users].map((userId) => ({ userId, balances: this.#available(userId) }));
    this.#journals.push({ command, intent, entries, balances, touched });
    this.#accepted.set(command.journalId, { intent, receipt });
    return receipt;
  }

  #apply({ accountId, minor, action }: Leg): Entry {
    const account = this.#account(accountId);
    const seq = account.seq + 1n;
    const balance = account.balance + minor;
    this.#changed.set(accountId, { ...account, balance, seq });
    return { accountId, seq, minor, balanceAfter: balance, action };
  }

  #remember({ journalId, intent }: LedgerCommand, refusal: Refusal): void {
    const row = { journalId, intent: intentText(intent), refusal };
    this.#refusals.push(row);
    this.#refused.set(journalId, row);
  }

  #account(id: AccountId): AccountRow {
    return this.#changed.get(id) ?? this.#state.accounts.get(id) ?? opened(id);
  }

  #available(userId: bigint): Balances {
    if (userId === 0n) return [0n, 0n, 0n];
    const [coin, diamond, point] = walletOf(userId).map((id) => {
      const { balance, held } = this.#account(id);
      return balance - held;
    });
    if (coin === undefined || diamond === undefined || point === undefined) throw new Error('a wallet has three');
    return [coin, diamond, point];
  }
}

const remembered = (refusal: Refusal): Refused => ({ refusal, remember: true });
/** The command itself is wrong: no later state could accept it, and its id stays free for a right one. */
const forgotten = (error: AppError): Refused => ({
  refusal: refusalOf(error),
  remember: false,
});

/** An account before its first entry. */
const opened = (id: AccountId): AccountRow => ({
  balance: 0n,
  held: 0n,
  floor: floorOf(id),
  seq: 0n,
  frozen: false,
});

function sumsToZero(legs: readonly Leg[]): boolean {
  const sums = [0n, 0n, 0n];
  for (const { accountId, minor } of legs) {
    const index = currencyIndexOf(accountId);
    sums[index] = (sums[index] ?? 0n) + minor;
  }
  return sums.every((sum) => sum === 0n);
}

/** What a journal does to each account in all, in the order of its legs. */
function netOf(legs: readonly Leg[]): ReadonlyMap<AccountId, bigint> {
  const net = new Map<AccountId, bigint>();
  for (const { accountId, minor } of legs) net.set(accountId, (net.get(accountId) ?? 0n) + minor);
  return net;
}
