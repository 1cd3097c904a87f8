/** Pages of lists that show the newest first, by (created_at, id). Pure. */
import { decodeCursor, encodeCursor, invalid } from '@fanfare/kit';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const MILLISECONDS = /^\d{1,15}$/;

/** The last item that was shown; the next page starts behind it. */
export interface Place {
  readonly createdAt: Date;
  readonly id: string;
}

/** 0: 20. @throws AppError (invalid) */
export function limitOf(limit: number): number {
  if (limit < 0 || limit > MAX_LIMIT) throw invalid('limit', `must be 1 to ${MAX_LIMIT}`);
  return limit === 0 ? DEFAULT_LIMIT : limit;
}

/** @param id what the list's ids look like @returns null for the first page @throws AppError (invalid) */
export function placeOf(cursor: string, id: RegExp): Place | null {
  if (cursor === '') return null;
  const [time = '', last = ''] = decodeCursor(cursor, [MILLISECONDS, id]);
  return { createdAt: new Date(Number(time)), id: last };
}

/** @param rows one more than `limit` where there are as many, so that the end is known */
export function pageOf<Row extends Place>(rows: readonly Row[], limit: number) {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? '' : encodeCursor(last.createdAt.getTime(), last.id) };
}
