/**
 * Every account rebuilt from its entries while these are read in the order of the chain, which is also the order of each
 * account's own: seq without a gap, and each running balance. Pure.
 *
 * Where an account stands is remembered for those that were posted to lately, at most 2 x {@link REMEMBERED} of them
 * (some 100 bytes each) and those of one page; what is not remembered has to be read again from the entry before.
 */
import { LedgerProblem } from './ledger-problem.ts';

const REMEMBERED = 250_000;

/** As the database gives them. */
export interface PostedEntry {
  readonly accountId: string;
  readonly seq: string;
  readonly minor: string;
  readonly balanceAfter: string;
  readonly action: string;
}

/** An account's newest entry so far. */
interface Standing {
  readonly seq: bigint;
  readonly balance: bigint;
}

const NOTHING_YET: Standing = { seq: 0n, balance: 0n };

export class RunningBalances {
  readonly #remembered: number;
  /** What was asked for since the last turn, and before it. */
  #recent = new Map<string, Standing>();
  #older = new Map<string, Standing>();

  constructor(remembered = REMEMBERED) {
    this.#remembered = remembered;
  }

  /**
   * For each account of a page of entries that is not remembered, the entry before its first one there. Call it before
   * them: only here is anything forgotten, and nothing that the page needs.
   */
  unknown(page: readonly PostedEntry[]): readonly { readonly accountId: bigint; readonly seq: bigint }[] {
    if (this.#recent.size >= this.#remembered) [this.#older, this.#recent] = [this.#recent, new Map()];
    const seen = new Set<string>();
    return page.flatMap(({ accountId, seq }) => {
      if (seen.has(accountId)) return [];
      seen.add(accountId);
      const standing = this.#find(accountId);
      if (standing !== undefined) this.#recent.set(accountId, standing);
      return standing !== undefined || seq === '1' ? [] : [{ accountId: BigInt(accountId), seq: BigInt(seq) - 1n }];
    });
  }

  /** What was unknown, as it was read. */
  learn({ accountId, seq, balanceAfter }: Pick<PostedEntry, 'accountId' | 'seq' | 'balanceAfter'>): void {
    this.#recent.set(accountId, { seq: BigInt(seq), balance: BigInt(balanceAfter) });
  }

  /** @throws LedgerProblem when the entry does not follow the one before it */
  follow({ accountId, seq: seqText, minor, balanceAfter }: PostedEntry): void {
    const { seq: last, balance: before } = this.#find(accountId) ?? NOTHING_YET;
    const seq = BigInt(seqText);
    if (seq !== last + 1n) throw new LedgerProblem(`account ${accountId}: entry ${last + 1n} is missing before ${seq}`);
    const balance = before + BigInt(minor);
    if (balance !== BigInt(balanceAfter)) {
      throw new LedgerProblem(`entry ${accountId}-${seq}: its balance is ${balanceAfter} and should be ${balance}`);
    }
    this.#recent.set(accountId, { seq, balance });
  }

  #find(accountId: string): Standing | undefined {
    return this.#recent.get(accountId) ?? this.#older.get(accountId);
  }
}
