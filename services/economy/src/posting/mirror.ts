/**
 * What this process knows of the ledger: where its head is, and accounts as of that head. Every writer of accounts raises
 * the head's version behind its lock, so a row that was true at a version is true as long as the head still has it. A
 * batch may be folded on such rows, and is committed only if the head has not moved (batch-append.ts).
 *
 * Rows are dropped by generations: what was not used while a whole generation filled up is forgotten.
 */
import type { AccountId } from '../ledger/accounts.ts';
import type { AccountRow, WorkingAccount } from '../ledger/working-accounts.ts';
import type { Head } from './batch-read.ts';

/**
 * Rows of one generation, some 25 MB. More than two batches on their way can have changed (2 x 256 commands x 64 legs x
 * a wallet and its debt = 131,072), so that no row is forgotten between its change and its commit.
 */
const GENERATION = 2 ** 17;

export class Mirror {
  #head: Head | null = null;
  /** The database's clock, and ours when we heard of it; milliseconds. */
  #clock = { told: 0, at: 0 };
  #young = new Map<AccountId, AccountRow | null>();
  #old = new Map<AccountId, AccountRow | null>();

  /** Null: nothing is known. Batches that are on their way count as committed. */
  get head(): Head | null {
    return this.#head;
  }

  heard(told: Date, at: number): void {
    this.#clock = { told: told.getTime(), at };
  }

  /** The database's time by our clock since it was last heard of, and never before the batch before. */
  now(at: number): Date {
    const told = Math.floor(this.#clock.told + at - this.#clock.at);
    return new Date(Math.max(told, this.#head?.now.getTime() ?? 0));
  }

  /** The row; null for an account that does not exist yet; undefined when it is not known. */
  get(id: AccountId): AccountRow | null | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.set(id, old);
    return old;
  }

  /** @param row as of the head, or read later: then it is as of the head too, or the next batch on it is refused */
  set(id: AccountId, row: AccountRow | null): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, row);
  }

  /** The head was read behind its lock: what was known as of another version is worth nothing. */
  read(head: Head, at: number): void {
    this.heard(head.now, at);
    if (head.version !== this.#head?.version || !head.hash.equals(this.#head.hash)) {
      this.#young = new Map();
      this.#old = new Map();
    }
    this.#head = head;
  }

  /** A batch leaves the ledger like this; it is committed, or it is on its way. */
  advance(head: Head, accounts: readonly WorkingAccount[]): void {
    this.#head = head;
    for (const { id, balance, held, floor, seq, frozen } of accounts) {
      this.set(id, { balance, held, floor, seq, frozen });
    }
  }

  /** Batches were not committed: back to where the ledger was before them, without what they changed. */
  retreat(head: Head, accounts: readonly WorkingAccount[]): void {
    this.#head = head;
    for (const { id } of accounts) {
      this.#young.delete(id);
      this.#old.delete(id);
    }
  }
}
