/** Forgets chat messages older than the retention, in steps that hold no lock for long. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { claimRound, periodic } from '../periodic.ts';
import { deleteOldest } from './chat-store.ts';

const ROUND_MS = 600_000;
const MESSAGES_PER_STEP = 1000;
/** 100,000 messages a round: more than 100 a second make in ten minutes. */
const STEPS_PER_ROUND = 100;
const PAUSE_MS = 20;
const DAY_MS = 86_400_000;

type PruneDeps = Pick<Deps, 'config' | 'database' | 'metrics' | 'log'>;

export function chatRetention(deps: PruneDeps): Part {
  return periodic('chat-retention', ROUND_MS, deps.log, async () => {
    if (await claimRound(deps.database, 'chat-retention', ROUND_MS)) await pruneChat(deps, new Date());
  });
}

/** @returns how many messages were removed */
export async function pruneChat({ config, database, metrics }: PruneDeps, now: Date): Promise<number> {
  const oldest = firstIdAt(new Date(now.getTime() - config.CHAT_RETENTION_DAYS * DAY_MS));
  let total = 0;
  for (let step = 1; step <= STEPS_PER_ROUND; step += 1) {
    const removed = await deleteOldest(database, oldest, MESSAGES_PER_STEP);
    total += removed;
    if (removed < MESSAGES_PER_STEP) break;
    await delay(PAUSE_MS);
  }
  metrics.messagesPruned(total);
  return total;
}

/** The smallest UUIDv7 of a millisecond (RFC 9562, 5.7: the first 48 bits are the time). */
export function firstIdAt(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
