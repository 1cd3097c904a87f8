/**
 * A position says how far somebody has read: the sequence and the message id of a message stored in EDGE. The id is
 * what makes it a witness: a stream that was recreated or restored has another message, or none, at that sequence.
 */
export interface Position {
  readonly seq: number;
  readonly id: string;
}

/** Ours have about 60 characters. */
const LENGTH_MOST = 400;

/** One opaque string for clients. */
export const encodePosition = ({ seq, id }: Position): string => Buffer.from(`${seq}.${id}`).toString('base64url');

/** Null for anything that {@link encodePosition} did not make; clients may send us what they like. */
export function decodePosition(text: unknown): Position | null {
  if (typeof text !== 'string' || text.length > LENGTH_MOST || !/^[\w-]+$/.test(text)) return null;
  const [, digits, id] = /^([1-9]\d{0,15})\.(.+)$/s.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (digits === undefined || id === undefined) return null;
  const position = { seq: Number(digits), id };
  return Number.isSafeInteger(position.seq) && encodePosition(position) === text ? position : null;
}

export const laterOf = (one: Position, other: Position): Position => (other.seq > one.seq ? other : one);

/**
 * Where a channel without any message is, and a stream without any tick, and a message that is nowhere kept: nothing can
 * be resumed from it.
 */
export const NOWHERE: Position = { seq: 0, id: '' };

export const isNowhere = ({ seq }: Position): boolean => seq === NOWHERE.seq;
