/** Opaque cursors of lists: the sort key of the last item that was shown. */
import { invalid } from '@fanfare/kit';

export const encodeCursor = (...key: readonly (bigint | number)[]): string =>
  Buffer.from(key.join('.')).toString('base64url');

/** @throws INVALID_ARGUMENT for what this list did not give out */
export function decodeCursor(cursor: string, parts: number): readonly bigint[] {
  const key = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  if (key.length !== parts || !key.every((part) => /^\d{1,16}$/.test(part))) {
    throw invalid('cursor', 'must be a nextCursor of this list');
  }
  return key.map(BigInt);
}
