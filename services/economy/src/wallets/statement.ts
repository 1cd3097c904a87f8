/**
 * A statement is up to three accounts read backwards and merged, newest first. Pure: the cursor, and the merge.
 *
 * The cursor holds, per account, the seq below which the next page starts; entries never change, so a page is the
 * same whenever it is read, and the next one starts exactly behind it whatever was posted meanwhile.
 */
import { invalid } from '@fanfare/kit';

/** Per account in the order asked for: entries with a lower seq are still to come. */
export type Position = readonly bigint[];

/** More than any account will ever have. */
export const FROM_THE_END = 2n ** 63n - 1n;

/** The least of an entry that the merge needs. */
export interface Line {
  readonly seq: bigint;
  readonly createdAt: Date;
}

export const encodeCursor = (position: Position): string =>
  Buffer.from(JSON.stringify(position.map(String))).toString('base64url');

/**
 * @param accounts how many the statement merges; a cursor of another statement is refused
 * @throws AppError (invalid) for anything that {@link encodeCursor} has not made
 */
export function decodeCursor(cursor: string, accounts: number): Position {
  if (cursor === '') return Array.from({ length: accounts }, () => FROM_THE_END);
  const seqs = parsedList(Buffer.from(cursor, 'base64url').toString());
  const valid = seqs.every((seq) => typeof seq === 'string' && /^\d{1,19}$/.test(seq) && BigInt(seq) <= FROM_THE_END);
  if (!valid || seqs.length !== accounts) throw invalid('cursor', 'must be the nextCursor of an earlier page');
  return seqs.map((seq) => BigInt(String(seq)));
}

function parsedList(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // refused by whoever asked: no statement has an empty position
  }
}

export interface Page<L> {
  readonly lines: readonly L[];
  /** Null at the end. */
  readonly next: Position | null;
}

/**
 * The first `limit` lines of all accounts together. Each account's lines are in falling order of seq and start below
 * its position; give `limit + 1` of each where there are as many, so that the end is known. Lines of the same time
 * keep the order of the accounts.
 */
export function mergePage<L extends Line>(accounts: readonly (readonly L[])[], from: Position, limit: number): Page<L> {
  const taken = accounts.map(() => 0);
  const lines: L[] = [];
  while (lines.length < limit) {
    const newest = newestHead(accounts, taken);
    if (newest === null) break;
    lines.push(newest.line);
    taken[newest.account] = (taken[newest.account] ?? 0) + 1;
  }
  if (newestHead(accounts, taken) === null) return { lines, next: null };
  const next = from.map((seq, account) => accounts[account]?.[(taken[account] ?? 0) - 1]?.seq ?? seq);
  return { lines, next };
}

function newestHead<L extends Line>(accounts: readonly (readonly L[])[], taken: readonly number[]) {
  let newest: { readonly account: number; readonly line: L } | null = null;
  for (const [account, lines] of accounts.entries()) {
    const line = lines[taken[account] ?? 0];
    if (line !== undefined && (newest === null || line.createdAt > newest.line.createdAt)) newest = { account, line };
  }
  return newest;
}
