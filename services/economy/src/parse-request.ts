/** Fields that many requests have, checked in one way. Pure. */
import { invalid } from '@fanfare/kit';
import { MAX_OWNER_ID } from './ledger/accounts.ts';

const MAX_REASON_LENGTH = 500;
const MAX_CLIENT_ID_LENGTH = 128;

/** In lower case, as we write them. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws AppError (invalid) */
export function parseUserId(field: string, userId: bigint): bigint {
  if (userId < 1n || userId > MAX_OWNER_ID) throw invalid(field, 'must be a user id');
  return userId;
}

/** Why an administrator or a seller did it. @throws AppError (invalid) */
export function parseReason(reason: string): string {
  if (reason === '' || reason.length > MAX_REASON_LENGTH) {
    throw invalid('reason', `must be 1 to ${MAX_REASON_LENGTH} characters`);
  }
  return storable('reason', reason);
}

/** What somebody may say beside it. @throws AppError (invalid) */
export function parseNote(note: string): string {
  if (note.length > MAX_REASON_LENGTH) throw invalid('note', `must be at most ${MAX_REASON_LENGTH} characters`);
  return storable('note', note);
}

/** @throws AppError (invalid) unless it {@link isStorable} */
export function storable(field: string, text: string): string {
  if (!isStorable(text)) throw invalid(field, 'must not contain NUL or half of a character');
  return text;
}

/** PostgreSQL keeps no NUL, and half of a surrogate pair would come back as another character than was hashed. */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** The id by which a caller repeats a command. @throws AppError (invalid) */
export function parseClientId(id: string): string {
  if (id === '' || id.length > MAX_CLIENT_ID_LENGTH) {
    throw invalid('id', `must be 1 to ${MAX_CLIENT_ID_LENGTH} characters`);
  }
  return id;
}
