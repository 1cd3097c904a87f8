/** Sending clients away at a stop: a few at a time, each told when to come back, so that they do not return together. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from './session.ts';

const ROUND_MS = 50;

/**
 * Resolves when all are sent away, which takes `sessions / perSecond` seconds. Each is told to come back after a pause
 * of its own in a window of the same length, so that the others see at most about `perSecond` of them.
 */
export async function drain(sessions: readonly Pick<Session, 'close'>[], perSecond: number): Promise<void> {
  const windowMs = (sessions.length / perSecond) * 1000;
  const round = Math.max(1, Math.floor((perSecond * ROUND_MS) / 1000));
  for (let from = 0; from < sessions.length; from += round) {
    for (const session of sessions.slice(from, from + round)) session.close('DRAINING', Math.random() * windowMs);
    if (from + round < sessions.length) await delay(ROUND_MS);
  }
}
