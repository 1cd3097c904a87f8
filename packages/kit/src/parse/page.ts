/** Pages of lists: how they are asked for, and how they are made of rows. Pure. */
import { invalid } from '../errors.ts';
import { decodeCursor, KEY_PARTS } from './cursor.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export interface PageRequest<Key> {
  /** The key of the last item that was shown; null for the first page. */
  readonly after: Key | null;
  /** 1 to 100. */
  readonly limit: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Empty on the last page. */
  readonly nextCursor: string;
}

/** @returns 20 for 0, which is what a request says that names no limit @throws INVALID_ARGUMENT */
export function parseLimit(limit: number): number {
  if (limit < 0 || limit > MAX_LIMIT) throw invalid('limit', `must be 1 to ${MAX_LIMIT}`);
  return limit === 0 ? DEFAULT_LIMIT : limit;
}

/**
 * @param parseKey reads the list's key out of a cursor that is not empty
 * @throws INVALID_ARGUMENT
 */
export function parsePage<Key>(
  request: { readonly cursor: string; readonly limit: number },
  parseKey: (cursor: string) => Key,
): PageRequest<Key> {
  return { after: request.cursor === '' ? null : parseKey(request.cursor), limit: parseLimit(request.limit) };
}

/** The key of a list that is in the order of its ids. @throws INVALID_ARGUMENT */
export function parseIdKey(cursor: string): bigint {
  const [id = ''] = decodeCursor(cursor, [KEY_PARTS.id]);
  return BigInt(id);
}

/**
 * @param rows one more than `limit` where there are as many, which tells that another page follows
 * @param cursorOf the cursor behind an item, by {@link encodeCursor}
 */
export function pageOf<Item>(rows: readonly Item[], limit: number, cursorOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? '' : cursorOf(last) };
}
