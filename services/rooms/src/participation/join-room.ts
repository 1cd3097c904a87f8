/**
 * Entering a room, and with it leaving another. One transaction for everybody who waits for the room: lock it and the
 * rooms they are in (in the order of ids), look, decide, leave, enter, save, announce.
 */
import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { type Call, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import type { Room } from '../generated/prisma/client.ts';
import type { Command, Outcome } from '../lanes.ts';
import { Raced, untilNotRaced } from '../races.ts';
import { changeRoom, fact, type RoomChange } from '../rooms/room-change.ts';
import { lockRoomAndCurrent, saveChanges } from '../rooms/room-store.ts';
import { decideJoins, type JoinVerdict } from './join-rule.ts';
import { confirmParticipants, endMoved, insertParticipants, readStanding } from './participant-store.ts';
import type { Member } from './presence.ts';
import { permissionsOf } from './room-token.ts';

interface Join extends Command {
  readonly call: Call;
  readonly userId: bigint;
}

type Entering = Join & { readonly leaving: bigint | null };

interface Decided {
  /** As it is afterwards; null when there is none. */
  readonly room: Room | null;
  readonly verdicts: readonly JoinVerdict[];
}

interface Joined {
  readonly room: Room;
  readonly since: Date;
}

/**
 * It is safe to repeat: a participant stays one, with the same `since`, and gets a fresh token.
 * @throws ROOM_NOT_FOUND, ROOM_CLOSED, USER_BLOCKED, ROOM_CAPACITY_EXCEEDED
 */
export async function joinRoom(
  deps: Deps,
  call: Call,
  { roomId }: { readonly roomId: bigint },
): Promise<{ readonly room: Room; readonly token: string }> {
  const userId = requireUser(call.caller);
  const { room, since } = await deps.lanes.ride(joinTogether, deps, roomId, { call, userId });
  const token = await deps.tokens.issue({ roomId, userId, since }, permissionsOf(userId, room.ownerId));
  return { room, token };
}

async function joinTogether(deps: Deps, roomId: bigint, joins: readonly Join[]): Promise<readonly Outcome<Joined>[]> {
  const { room, verdicts } = await untilNotRaced(() => deps.database.transaction((tx) => enter(tx, roomId, joins)));
  tell(deps, roomId, joins, verdicts);
  return verdicts.map((verdict) => {
    if (verdict.kind === 'refuse') return { error: verdict.error };
    if (room === null) return { error: new Error('somebody entered a room that does not exist') };
    return { value: { room, since: verdict.since } };
  });
}

async function enter(tx: Sql, roomId: bigint, commands: readonly Join[]): Promise<Decided> {
  const userIds = [...new Set(commands.map(({ userId }) => userId))];
  const locked = await lockRoomAndCurrent(tx, roomId, userIds);
  const standing = await readStanding(tx, roomId, userIds);
  const lockedIds = new Set(locked.map(({ id }) => id));
  // Somebody changed rooms while this waited: these locks are not the ones it needs.
  if ([...standing.current.values()].some((stay) => !lockedIds.has(stay.roomId))) throw new Raced();

  const room = locked.find(({ id }) => id === roomId) ?? null;
  const asked = commands.map(({ userId }) => userId);
  const verdicts = decideJoins(roomId, room, asked, standing);
  const staying = asked.filter((_, index) => verdicts[index]?.kind === 'stay');
  if (staying.length > 0) await confirmParticipants(tx, roomId, staying);
  const entering = commands.flatMap((command, index): Entering[] => {
    const verdict = verdicts[index];
    return verdict?.kind === 'enter' ? [{ ...command, leaving: verdict.leaving }] : [];
  });
  if (room === null || entering.length === 0) return { room, verdicts };

  const { now } = standing;
  const entered = changeRoom(
    room,
    entering.map(({ userId, call }) => fact(events.participantJoined, { roomId, userId, joinedAt: now }, call)),
    now,
    room.participantCount + entering.length,
  );
  const left = locked.flatMap((each) => leftBy(each, entering, now));
  const moving = entering.filter(({ leaving }) => leaving !== null).map(({ userId }) => userId);
  if (moving.length > 0) await endMoved(tx, moving, now);
  const ids = entering.map(({ userId }) => userId);
  if ((await insertParticipants(tx, roomId, ids, now)) !== ids.length) throw new Raced();
  await saveChanges(tx, [...left, entered]);
  return { room: entered.room, verdicts };
}

/** What changes in a room that some of those who enter come from. */
function leftBy(room: Room, entering: readonly Entering[], now: Date): readonly RoomChange[] {
  const leavers = entering.filter(({ leaving }) => leaving === room.id);
  if (leavers.length === 0) return [];
  const facts = leavers.map(({ userId, call }) =>
    fact(events.participantLeft, { roomId: room.id, userId, cause: 'moved', leftAt: now }, call),
  );
  return [changeRoom(room, facts, now, room.participantCount - leavers.length)];
}

/** After the commit: relay, presence and metrics. */
function tell(deps: Deps, roomId: bigint, commands: readonly Join[], verdicts: readonly JoinVerdict[]): void {
  if (verdicts.some(({ kind }) => kind === 'enter')) deps.relay.wake();
  const seen: Member[] = [];
  const gone: Member[] = [];
  verdicts.forEach((verdict, index) => {
    const userId = commands[index]?.userId;
    if (verdict.kind === 'refuse' || userId === undefined) return;
    deps.metrics.joined(verdict.kind === 'enter' ? 'entered' : 'again');
    seen.push({ roomId, userId });
    if (verdict.kind === 'enter' && verdict.leaving !== null) gone.push({ roomId: verdict.leaving, userId });
  });
  deps.metrics.left('moved', gone.length);
  deps.presence.gone(gone);
  deps.presence.seen(seen);
}
