/** Commands of a service in a hurry: each locks an item and announces its next versions; some stall, some roll back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@fanfare/database';
import { type Chance, seededChance } from '@fanfare/testing/chance';
import { announce, announcement } from '../announce.ts';
import { itemMoved } from './item.ts';

const WRITERS = 8;
const ITEMS = 40;
/** One transaction in twenty stalls before its commit, one in twenty-five rolls back. */
const STALLS_ONE_IN = 20;
const ROLLS_BACK_ONE_IN = 25;

class RolledBack extends Error {}

/** Writes until `signal` says stop. @returns how many events were committed */
export async function write(database: Database, seed: number, signal: AbortSignal, wake: () => void): Promise<number> {
  await database.query('insert into items select n, 0 from generate_series(1, $1) n', [ITEMS]);
  const counts = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const chance = seededChance(seed + writer);
      let committed = 0;
      while (!signal.aborted) {
        committed += await moveItem(database, chance);
        wake();
        await delay(chance.between(0, 10));
      }
      return committed;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function moveItem(database: Database, chance: Chance): Promise<number> {
  const item = chance.between(1, ITEMS);
  const count = chance.between(1, 4);
  try {
    await database.transaction(async (tx) => {
      const { rows } = await tx.query<{ version: number }>('select version from items where id = $1 for update', [
        item,
      ]);
      const from = rows[0]?.version ?? 0;
      const versions = Array.from({ length: count }, (_, index) => from + index + 1);
      await announce(
        tx,
        versions.map((version) =>
          announcement(itemMoved, { item, version }, { entityId: BigInt(item), entityVersion: BigInt(version) }),
        ),
      );
      await tx.query('update items set version = $2 where id = $1', [item, from + count]);
      if (chance.happens(1 / STALLS_ONE_IN)) await delay(chance.between(50, 1000));
      if (chance.happens(1 / ROLLS_BACK_ONE_IN)) throw new RolledBack();
    });
    return count;
  } catch (error) {
    if (error instanceof RolledBack) return 0;
    throw error;
  }
}
