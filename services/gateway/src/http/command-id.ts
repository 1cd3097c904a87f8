import { invalid, newId } from '@fanfare/kit';

const HEADER = 'Idempotency-Key';

/**
 * The id under which a money command is remembered for ever. The client's own makes a repeat safe; without one each
 * request is a new command.
 * @throws INVALID_ARGUMENT unless the key is 1 to 128 printable ASCII characters
 */
export function commandIdOf(header: string | string[] | undefined): string {
  if (header === undefined) return newId();
  if (typeof header === 'string' && /^[\x20-\x7e]{1,128}$/.test(header)) return header;
  throw invalid(HEADER, 'must be 1 to 128 printable ASCII characters');
}
