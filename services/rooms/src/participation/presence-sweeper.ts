/**
 * Ends the participation of users who gave no sign of life for the whole grace. One replica does a round; if it dies in
 * the middle, the next round begins where Redis stands. Nothing here is trusted to say that somebody is present.
 */
import { events } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import type { Part } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { claimRound, periodic, readPosition, savePosition } from '../periodic.ts';
import { changeRoom, fact } from '../rooms/room-change.ts';
import { lockRoom, saveChanges } from '../rooms/room-store.ts';
import { endAway, readActive } from './participant-store.ts';
import type { Member } from './presence.ts';

const SILENT_PER_STEP = 1000;
/** 20,000 users of a node that died are out after one round. */
const STEPS_PER_ROUND = 20;
/** Participants looked up per round: with a round every 5 s, 100,000 are gone through in 100 s. */
const CHECKED_PER_ROUND = 5000;

type SweepDeps = Pick<Deps, 'config' | 'database' | 'relay' | 'presence' | 'metrics' | 'log'>;

export function presenceSweeper(deps: SweepDeps): Part {
  const everyMs = deps.config.PRESENCE_SWEEP_MS;
  return periodic('presence-sweeper', everyMs, deps.log, async () => {
    if (await claimRound(deps.database, 'presence', everyMs)) await sweepPresence(deps);
  });
}

/** One round. While Redis is away it ends nothing, and says so in a metric. */
async function sweepPresence(deps: SweepDeps): Promise<void> {
  try {
    for (let step = 1; step <= STEPS_PER_ROUND; step += 1) {
      const silent = await deps.presence.silent(SILENT_PER_STEP);
      for (const [roomId, userIds] of byRoom(silent)) await endSilent(deps, roomId, userIds);
      await deps.presence.forget(silent);
      if (silent.length < SILENT_PER_STEP) break;
    }
    await addMissing(deps);
    deps.metrics.swept('done');
  } catch (error) {
    deps.metrics.swept('failed');
    deps.log.warn({ err: error }, 'presence was not swept; nobody is taken for away');
  }
}

/** Rooms in the order of their ids, so that a round reads the same in every log. */
export function byRoom(members: readonly Member[]): ReadonlyMap<bigint, readonly bigint[]> {
  const rooms = new Map<bigint, bigint[]>();
  for (const { roomId, userId } of members.toSorted((a, b) => Number(a.roomId - b.roomId))) {
    const users = rooms.get(roomId);
    if (users === undefined) rooms.set(roomId, [userId]);
    else users.push(userId);
  }
  return rooms;
}

async function endSilent(deps: SweepDeps, roomId: bigint, userIds: readonly bigint[]): Promise<void> {
  const ended = await deps.database.transaction((tx) => end(tx, roomId, userIds, deps.config.PRESENCE_GRACE_MS));
  if (ended === 0) return;
  deps.relay.wake();
  deps.metrics.left('away', ended);
}

async function end(tx: Sql, roomId: bigint, userIds: readonly bigint[], graceMs: number): Promise<number> {
  const room = await lockRoom(tx, roomId);
  if (room === null) return 0;
  const ended = await endAway(tx, roomId, userIds, graceMs);
  const [first] = ended;
  if (first === undefined) return 0;
  const facts = ended.map(({ userId, leftAt }) =>
    fact(events.participantLeft, { roomId, userId, cause: 'away', leftAt }),
  );
  await saveChanges(tx, [changeRoom(room, facts, first.leftAt, room.participantCount - ended.length)]);
  return ended.length;
}

/** A part of all participants each round: those that presence does not know begin a grace of their own. */
async function addMissing({ database, presence }: SweepDeps): Promise<void> {
  const position = await readPosition(database, 'presence');
  const participants = await readActive(database, position, CHECKED_PER_ROUND);
  await presence.addMissing(participants);
  const next = participants.length < CHECKED_PER_ROUND ? 0n : (participants.at(-1)?.userId ?? 0n);
  if (next !== position) await savePosition(database, 'presence', next);
}
