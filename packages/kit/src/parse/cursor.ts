/** Opaque cursors of lists: the sort key of the last item that was shown. Pure. */
import { invalid } from '../errors.ts';
import { UUID } from './ids.ts';

const SEPARATOR = '.';

/** What the parts of a list's key look like. */
export const KEY_PARTS = {
  /** A count that fits a column of 32 bits. */
  count: /^\d{1,9}$/,
  /** An id that the database counts. */
  id: /^\d{1,16}$/,
  /** A time, as milliseconds since 1970. */
  time: /^\d{1,15}$/,
  uuid: UUID,
} as const satisfies Record<string, RegExp>;

/** No part may contain a full stop. */
export const encodeCursor = (...key: readonly (bigint | number | string)[]): string =>
  Buffer.from(key.join(SEPARATOR)).toString('base64url');

/**
 * @param shape what each part of the list's key looks like
 * @throws INVALID_ARGUMENT for what no page of this list has answered
 */
export function decodeCursor(cursor: string, shape: readonly RegExp[]): readonly string[] {
  const key = Buffer.from(cursor, 'base64url').toString('latin1').split(SEPARATOR);
  const fits = key.length === shape.length && shape.every((part, index) => part.test(key[index] ?? ''));
  if (!fits) throw invalid('cursor', 'must be the nextCursor of an earlier page');
  return key;
}
