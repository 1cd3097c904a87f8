/** What becomes of messages that wait for one room, decided on its locked row. Pure. */
import type { AppError } from '@fanfare/kit';
import { errors } from '../errors.ts';
import type { Room } from '../generated/prisma/client.ts';
import type { Outcome } from '../lanes.ts';
import type { Message, NewMessage } from './chat-store.ts';

export interface Saying {
  readonly roomId: bigint;
  readonly userId: bigint;
  /** The sender's own id of the message. */
  readonly id: string;
  readonly text: string;
}

export interface ChatFacts {
  readonly roomId: bigint;
  /** Null when there is no such room. */
  readonly room: Pick<Room, 'status' | 'version'> | null;
  readonly present: ReadonlySet<bigint>;
  /** What was said before under one of the ids. */
  readonly earlier: readonly Message[];
  readonly now: Date;
  readonly newId: () => string;
}

export interface ChatVerdict {
  /** One for each saying, in their order. */
  readonly outcomes: readonly Outcome<Message>[];
  /** Those to be stored, with the place of the saying each was made of. */
  readonly posted: readonly (NewMessage & { readonly index: number })[];
}

/**
 * Once per (sender, id): a repeat has the outcome of the first, whether that was said long ago or is in the same list,
 * and whatever has become of room and sender since.
 */
export function decideChat(sayings: readonly Saying[], facts: ChatFacts): ChatVerdict {
  const known = new Map<string, Message>(facts.earlier.map((message) => [keyOf(message), message]));
  const posted: (NewMessage & { readonly index: number })[] = [];
  const outcomes = sayings.map((saying, index): Outcome<Message> => {
    const earlier = known.get(keyOf(saying));
    if (earlier !== undefined) return sameIntent(earlier, saying);
    const refusal = refusalOf(saying, facts);
    if (refusal !== null) return { error: refusal };
    const { id, roomId, userId, text } = saying;
    const message: Message = { id, roomId, userId, text, sentAt: facts.now };
    const place = (facts.room?.version ?? 0n) + BigInt(posted.length) + 1n;
    posted.push({ ...message, rowId: facts.newId(), roomVersion: place, index });
    known.set(keyOf(saying), message);
    return { value: message };
  });
  return { outcomes, posted };
}

const keyOf = ({ userId, id }: Pick<Saying, 'userId' | 'id'>): string => `${userId}:${id}`;

function refusalOf({ userId }: Saying, { roomId, room, present }: ChatFacts): AppError | null {
  const id = { roomId: roomId.toString() };
  if (room === null) return errors.ROOM_NOT_FOUND(id);
  if (room.status !== 'active') return errors.ROOM_CLOSED(id);
  if (!present.has(userId)) return errors.NOT_A_PARTICIPANT(id);
  return null;
}

function sameIntent(earlier: Message, saying: Saying): Outcome<Message> {
  if (earlier.roomId !== saying.roomId) return { error: errors.ID_REUSED({ field: 'roomId' }) };
  if (earlier.text !== saying.text) return { error: errors.ID_REUSED({ field: 'text' }) };
  return { value: earlier };
}
