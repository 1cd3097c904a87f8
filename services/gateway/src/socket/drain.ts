/**
 * Sending clients away at a stop: each is given a moment to return of its own, evenly spaced, so that the other gateways
 * never see more than the configured rate. When there is no time to wait for these moments, clients are sent away
 * earlier and told to stay away until theirs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from './session.ts';

export interface Draining {
  /** How many may come back in a second. */
  readonly perSecond: number;
  /** Within this everybody has been sent away. */
  readonly mostMs: number;
}

const ROUND_MS = 50;
/** Clients are not punctual: this much of the rate is planned, so that no second sees more than all of it. */
const PLANNED_SHARE = 0.9;
/** Of the time for the whole shutdown, for goodbyes on their way and for the parts that stop afterwards. */
const RESERVED_SHARE = 0.25;
const RESERVED_MOST_MS = 2000;

/** A drain that fits into a service's shutdown. */
export const drainingOf = (perSecond: number, shutdownTimeoutMs: number): Draining => ({
  perSecond,
  mostMs: shutdownTimeoutMs - Math.min(RESERVED_MOST_MS, shutdownTimeoutMs * RESERVED_SHARE),
});

/** The clock that a drain goes by. */
interface Time {
  /** Monotonic, in ms. */
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

/**
 * Resolves when nobody is left.
 * @param sessions those that are there now; who was on the way in at the beginning is found at the end
 */
export async function drain(
  sessions: () => readonly Pick<Session, 'close'>[],
  { perSecond, mostMs }: Draining,
  { now, wait }: Time = { now: () => performance.now(), wait: delay },
): Promise<void> {
  const present = sessions();
  const spacingMs = 1000 / (perSecond * PLANNED_SHARE);
  const awayEveryMs = Math.min(spacingMs, mostMs / present.length);
  const begun = now();
  let backAt = 0;
  for (const [index, session] of present.entries()) {
    while (now() - begun < index * awayEveryMs) await wait(ROUND_MS);
    // A round, and a gateway that was held up, sends many away at once; they do not come back at once.
    backAt = Math.max(backAt + spacingMs, now() - begun);
    session.close('DRAINING', backAt - (now() - begun));
  }
  for (const session of sessions()) session.close('DRAINING', Math.random() * ROUND_MS);
}
