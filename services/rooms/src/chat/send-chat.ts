/**
 * Saying something. One transaction for everything that waits for the room: lock, look, insert, save, announce. The
 * room's lock gives its messages one order, and the ids are looked up under it, where a concurrent repeat has waited.
 */
import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { type Call, newId, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import type { Command, Outcome } from '../lanes.ts';
import { Raced, untilNotRaced } from '../races.ts';
import { changeRoom, fact } from '../rooms/room-change.ts';
import { lockRoom, saveChanges } from '../rooms/room-store.ts';
import { insertMessages, type Message, readSenders } from './chat-store.ts';
import { type ChatVerdict, decideChat, type Saying } from './say-rule.ts';

export interface NewSaying {
  readonly roomId: bigint;
  /** The sender's own id of the message. */
  readonly id: string;
  readonly text: string;
}

interface SendChat extends Command {
  readonly call: Call;
  readonly saying: Saying;
}

/**
 * Posts a message once per (sender, id), for as long as messages are kept.
 * @throws ROOM_NOT_FOUND, ROOM_CLOSED, NOT_A_PARTICIPANT, ID_REUSED
 */
export function sendChat(deps: Deps, call: Call, said: NewSaying): Promise<Message> {
  const saying = { ...said, userId: requireUser(call.caller) };
  return deps.lanes.ride(postTogether, deps, said.roomId, { call, saying });
}

async function postTogether(
  deps: Deps,
  roomId: bigint,
  commands: readonly SendChat[],
): Promise<readonly Outcome<Message>[]> {
  const { outcomes, posted } = await untilNotRaced(() => deps.database.transaction((tx) => post(tx, roomId, commands)));
  if (posted.length > 0) deps.relay.wake();
  deps.metrics.chatPosted(posted.length);
  return outcomes;
}

async function post(tx: Sql, roomId: bigint, commands: readonly SendChat[]): Promise<ChatVerdict> {
  const sayings = commands.map(({ saying }) => saying);
  const room = await lockRoom(tx, roomId);
  const { earlier, present, now } = await readSenders(tx, roomId, sayings);
  const verdict = decideChat(sayings, { roomId, room, present, earlier, now, newId });
  const { posted } = verdict;
  if (room === null || posted.length === 0) return verdict;
  // Only the lock of another room can have let the same id pass; the next look finds it.
  if ((await insertMessages(tx, posted)) !== posted.length) throw new Raced();
  const facts = posted.map(({ id, userId, text, sentAt, index }) =>
    fact(events.chatPosted, { id, roomId, userId, text, sentAt }, commands[index]?.call),
  );
  await saveChanges(tx, [changeRoom(room, facts, now)]);
  return verdict;
}
