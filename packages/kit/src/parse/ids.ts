/** Ids in requests. Pure. */
import { invalid } from '../errors.ts';

/** The largest id: sequences end there, so that every id is an exact JSON number. */
export const MAX_ID = 2n ** 53n - 1n;

/** Four times a UUID, which leaves room for anybody's way of making ids. */
const MAX_OPAQUE_ID_LENGTH = 128;

/** A UUID in lower case, as we write them. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether it can be the id of a user, a room or anything else that a database counts. */
export const isId = (id: bigint): boolean => id >= 1n && id <= MAX_ID;

/** @throws INVALID_ARGUMENT unless it {@link isId} */
export function parseId(field: string, id: bigint): bigint {
  if (!isId(id)) throw invalid(field, 'must be a positive id');
  return id;
}

/** Whether it can be an id that somebody else has made: it is fit for contexts, journal ids and headers. */
export const isOpaqueId = (text: string, maxLength: number = MAX_OPAQUE_ID_LENGTH): boolean =>
  text !== '' && text.length <= maxLength && !/\p{Cc}/u.test(text) && text.isWellFormed();

/**
 * An id that somebody else has made, such as the one a client gives its own command.
 * @param maxLength UTF-16 units
 * @throws INVALID_ARGUMENT unless it {@link isOpaqueId}
 */
export function parseOpaqueId(field: string, text: string, maxLength: number = MAX_OPAQUE_ID_LENGTH): string {
  if (!isOpaqueId(text, maxLength)) throw invalid(field, `must be 1 to ${maxLength} printable characters`);
  return text;
}
