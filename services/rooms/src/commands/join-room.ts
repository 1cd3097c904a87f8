/**
 * Entering a room, and with it leaving another: one transaction of six statements (lock, look, leave if need be, enter,
 * save, announce) under the locks of at most two rooms, taken in the order of their ids.
 */
import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { AppError, type Call, commonErrors } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import type { Room } from '../generated/prisma/client.ts';
import { decideJoin } from '../join-rule.ts';
import { confirmParticipant, endParticipations, insertParticipant, readStanding } from '../participant-store.ts';
import { changeRoom, fact, type RoomChange } from '../room-change.ts';
import { lockRoomAndCurrent, saveChanges } from '../room-store.ts';
import { permissionsOf } from '../room-token.ts';

interface Joined {
  readonly room: Room;
  readonly since: Date;
  /** The room that was left; null when there was none. */
  readonly left: bigint | null;
  readonly entered: boolean;
}

/** The user changed rooms while this transaction waited: its locks are not the ones it needs. */
class MovedMeanwhile extends Error {}

/** One user can only race with himself; more rounds than this is somebody hammering. */
const ATTEMPTS = 10;

/** Safe to repeat: a participant stays one, with the same `since`, and gets a fresh token. */
export async function joinRoom(
  deps: Deps,
  call: Call,
  roomId: bigint,
  userId: bigint,
): Promise<{ readonly room: Room; readonly token: string }> {
  const { room, since, left, entered } = await untilStill(() =>
    deps.database.transaction((tx) => enter(tx, call, roomId, userId)),
  );
  if (entered) deps.relay.wake();
  deps.metrics.joined(entered ? 'entered' : 'again');
  if (left !== null) {
    deps.metrics.left('moved', 1);
    deps.presence.gone([{ roomId: left, userId }]);
  }
  deps.presence.seen({ roomId, userId });
  const token = await deps.tokens.issue({ roomId, userId, since }, permissionsOf(userId, room.ownerId));
  return { room, token };
}

async function untilStill<T>(attempt: () => Promise<T>): Promise<T> {
  for (let round = 1; round <= ATTEMPTS; round += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof MovedMeanwhile)) throw error;
    }
  }
  throw new AppError('aborted', commonErrors.UNAVAILABLE().reason, commonErrors.UNAVAILABLE().message);
}

async function enter(tx: Sql, call: Call, roomId: bigint, userId: bigint): Promise<Joined> {
  const locked = await lockRoomAndCurrent(tx, roomId, userId);
  const { now, blocked, currentRoomId, joinedAt } = await readStanding(tx, roomId, userId);
  const room = locked.find(({ id }) => id === roomId) ?? null;
  const current = locked.find(({ id }) => id === currentRoomId) ?? null;
  if (currentRoomId !== null && current === null) throw new MovedMeanwhile();
  const verdict = decideJoin({ roomId, room, blocked, currentRoomId });
  if (verdict.kind === 'refuse') throw verdict.error;
  if (room === null) throw new Error('a room that does not exist was not refused');
  if (verdict.kind === 'stay') {
    await confirmParticipant(tx, roomId, userId);
    return { room, since: joinedAt ?? now, left: null, entered: false };
  }
  // After this point the join succeeds, unless the user has entered yet another room in this very moment.
  const changes = current === null ? [] : [await leaveFor(tx, current, userId, now)];
  if (!(await insertParticipant(tx, roomId, userId, now))) throw new MovedMeanwhile();
  const joined = fact(events.participantJoined, { roomId, userId, joinedAt: now });
  const change = changeRoom(room, [joined], now, room.participantCount + 1);
  await saveChanges(tx, [...changes, change], call);
  return { room: change.room, since: now, left: verdict.leaving, entered: true };
}

async function leaveFor(tx: Sql, current: Room, userId: bigint, now: Date): Promise<RoomChange> {
  await endParticipations(tx, current.id, [userId], 'moved');
  const left = fact(events.participantLeft, { roomId: current.id, userId, cause: 'moved', leftAt: now });
  return changeRoom(current, [left], now, current.participantCount - 1);
}
