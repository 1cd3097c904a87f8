/** Announces the counts that changed within half a second of their last announcement. Every replica may do it. */
import type { Part } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { periodic } from '../periodic.ts';
import { COUNT_INTERVAL_MS, changeRoom } from './room-change.ts';
import { databaseNow, lockDirtyRooms, saveChanges } from './room-store.ts';

/** One transaction's worth; more rooms than this take another round at once. */
const ROOMS_PER_ROUND = 200;

export function countSweeper(deps: Pick<Deps, 'database' | 'relay' | 'metrics' | 'log'>): Part {
  return periodic('count-sweeper', COUNT_INTERVAL_MS, deps.log, async () => {
    while ((await announceCounts(deps)) === ROOMS_PER_ROUND);
  });
}

/** @returns how many rooms' counts were announced */
async function announceCounts({
  database,
  relay,
  metrics,
}: Pick<Deps, 'database' | 'relay' | 'metrics'>): Promise<number> {
  const announced = await database.transaction(async (tx) => {
    const rooms = await lockDirtyRooms(tx, COUNT_INTERVAL_MS, ROOMS_PER_ROUND);
    if (rooms.length === 0) return 0;
    const now = await databaseNow(tx);
    await saveChanges(
      tx,
      rooms.map((room) => changeRoom(room, [], now)),
    );
    return rooms.length;
  });
  if (announced > 0) relay.wake();
  metrics.countsAnnounced(announced);
  return announced;
}
