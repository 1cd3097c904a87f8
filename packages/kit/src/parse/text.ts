/** Texts in requests that are kept. Pure. */
import { invalid } from '../errors.ts';

const MAX_REASON_LENGTH = 500;

/** Why somebody did it, for the audit: 1 to 500 UTF-16 units once it is trimmed. @throws INVALID_ARGUMENT */
export function parseReason(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > MAX_REASON_LENGTH) {
    throw invalid('reason', `must be 1 to ${MAX_REASON_LENGTH} characters`);
  }
  return parseStorable('reason', reason);
}

/** @throws INVALID_ARGUMENT unless it {@link isStorable} */
export function parseStorable(field: string, text: string): string {
  if (!isStorable(text)) throw invalid(field, 'must not contain NUL or half of a character');
  return text;
}

/** PostgreSQL keeps no NUL, and half of a surrogate pair would come back as another character than was hashed. */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
