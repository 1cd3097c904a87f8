/** The accounts of a batch while its commands are folded: changed in place, and compared with what was read at the end. */
import { type AccountId, floorOf, walletOf } from './accounts.ts';
import type { Balances } from './command.ts';

/** An account row, as read behind the head's lock. */
export interface AccountRow {
  readonly balance: bigint;
  readonly held: bigint;
  readonly floor: bigint;
  readonly seq: bigint;
  readonly frozen: boolean;
}

export interface WorkingAccount {
  readonly id: AccountId;
  /** Null: the account opens with this batch. */
  readonly before: AccountRow | null;
  balance: bigint;
  held: bigint;
  readonly floor: bigint;
  seq: bigint;
  readonly frozen: boolean;
}

type Wallet = readonly [WorkingAccount, WorkingAccount, WorkingAccount];

export class WorkingAccounts {
  readonly #rows: ReadonlyMap<AccountId, AccountRow>;
  readonly #accounts = new Map<AccountId, WorkingAccount>();
  readonly #wallets = new Map<bigint, Wallet>();

  constructor(rows: ReadonlyMap<AccountId, AccountRow>) {
    this.#rows = rows;
  }

  get(id: AccountId): WorkingAccount {
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const before = this.#rows.get(id) ?? null;
    const { balance, held, floor, seq, frozen } = before ?? opened(id);
    const account = { id, before, balance, held, floor, seq, frozen };
    this.#accounts.set(id, account);
    return account;
  }

  /** What a user can spend; nobody (0) has nothing. */
  balancesOf(userId: bigint): Balances {
    if (userId === 0n) return [0n, 0n, 0n];
    let wallet = this.#wallets.get(userId);
    if (wallet === undefined) {
      const [coin, diamond, point] = walletOf(userId);
      wallet = [this.get(coin), this.get(diamond), this.get(point)];
      this.#wallets.set(userId, wallet);
    }
    const [coin, diamond, point] = wallet;
    return [coin.balance - coin.held, diamond.balance - diamond.held, point.balance - point.held];
  }

  /** Those that are not as they were read. */
  changed(): readonly WorkingAccount[] {
    return [...this.#accounts.values()].filter(
      ({ before, seq, held }) => seq !== (before?.seq ?? 0n) || held !== (before?.held ?? 0n),
    );
  }
}

/** An account before its first entry. */
const opened = (id: AccountId): AccountRow => ({ balance: 0n, held: 0n, floor: floorOf(id), seq: 0n, frozen: false });
