/**
 * The hash chain: each batch's hash covers the hash before it and every value of its journals and entries, so that no
 * posted value can change, appear or disappear without every later hash being wrong.
 */
import { createHash } from 'node:crypto';

/** As a number, or as the decimal text that the database gives. */
type Int8 = bigint | string;

/** The values of a journal that are hashed, as the fold made them or as the tables give them back. */
export interface HashedJournal {
  readonly id: string;
  readonly operation: string;
  readonly intent: string;
  readonly context: string;
  readonly reason: string;
  readonly userId: Int8;
  /** COIN, DIAMOND, POINT. */
  readonly balances: readonly [Int8, Int8, Int8];
  readonly tenantId: string | null;
  readonly entries: readonly {
    readonly accountId: Int8;
    readonly seq: Int8;
    readonly minor: Int8;
    readonly balanceAfter: Int8;
    readonly action: string;
  }[];
  /** What it did to a hold: see hold.ts. */
  readonly hold: string | null;
}

/** What the first batch follows. */
export const GENESIS_HASH = Buffer.alloc(32);

/** SHA-256 over the hash before and the batch as canonical JSON (arrays only, int8 as decimal text, time as epoch ms). */
export function batchHash(
  before: Buffer,
  batch: bigint,
  postedAt: Date,
  journals: readonly HashedJournal[],
): Buffer<ArrayBuffer> {
  const canonical = [`${batch}`, postedAt.getTime(), journals.map(journalValues)];
  return createHash('sha256').update(before).update(JSON.stringify(canonical)).digest();
}

function journalValues(journal: HashedJournal): readonly unknown[] {
  return [
    journal.id,
    journal.operation,
    journal.intent,
    journal.context,
    journal.reason,
    `${journal.userId}`,
    journal.balances.map(String),
    journal.tenantId,
    journal.entries.map((e) => [`${e.accountId}`, `${e.seq}`, `${e.minor}`, `${e.balanceAfter}`, e.action]),
    ...(journal.hold === null ? [] : [journal.hold]),
  ];
}
