/**
 * Saying something. One transaction of five statements (lock, look, insert, save, announce) under the room's lock, which
 * gives the room's messages one order; the id is looked up under the lock, where a concurrent repeat has waited.
 */
import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { type Call, newId } from '@fanfare/kit';
import { insertMessage, type Message, readSender } from '../chat-store.ts';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import { changeRoom, fact } from '../room-change.ts';
import { lockRoom, saveChanges } from '../room-store.ts';

export interface Saying {
  readonly roomId: bigint;
  readonly userId: bigint;
  /** The sender's own id of the message. */
  readonly clientId: string;
  readonly text: string;
}

/** Once per (sender, id), for as long as messages are kept: a repeat answers the first message, whatever came since. */
export async function sendChat(deps: Deps, call: Call, saying: Saying): Promise<Message> {
  const { message, posted } = await deps.database.transaction((tx) => post(tx, call, saying));
  if (posted) {
    deps.relay.wake();
    deps.metrics.chatPosted();
  }
  return message;
}

async function post(tx: Sql, call: Call, saying: Saying): Promise<{ message: Message; posted: boolean }> {
  const { roomId, userId } = saying;
  const room = await lockRoom(tx, roomId);
  const { earlier, present } = await readSender(tx, saying);
  if (earlier !== null) return { message: sameIntent(earlier, saying), posted: false };
  if (room === null) throw errors.ROOM_NOT_FOUND({ roomId: roomId.toString() });
  if (room.status !== 'active') throw errors.ROOM_CLOSED({ roomId: roomId.toString() });
  if (!present) throw errors.NOT_A_PARTICIPANT({ roomId: roomId.toString() });

  const message = await insertMessage(tx, { ...saying, id: newId(), roomVersion: room.version + 1n });
  // Only the lock of another room can have let the same id pass.
  if (message === null) throw errors.ID_REUSED({ field: 'roomId' });
  const { id, text, sentAt } = message;
  const posted = fact(events.chatPosted, { id, roomId, userId, text, sentAt });
  await saveChanges(tx, [changeRoom(room, [posted], sentAt)], call);
  return { message, posted: true };
}

function sameIntent(earlier: Message, saying: Saying): Message {
  if (earlier.roomId !== saying.roomId) throw errors.ID_REUSED({ field: 'roomId' });
  if (earlier.text !== saying.text) throw errors.ID_REUSED({ field: 'text' });
  return earlier;
}
