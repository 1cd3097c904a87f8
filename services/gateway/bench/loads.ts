/** The loads: how messages are spaced, and in which room. Pure but for the clock. */
import { setTimeout as delay } from 'node:timers/promises';

export type LoadName = 'burst' | 'steady_50' | 'steady_200' | 'single' | 'single_50';

export interface Load {
  readonly name: LoadName;
  /** How many sockets are in its room. */
  readonly sockets: number;
  /** Sends for `seconds`; resolves after the last message. */
  readonly run: (seconds: number, send: () => void) => Promise<void>;
}

/** With 1,000 sockets plain Socket.IO needs some 70 ms for a burst: the pause leaves it below saturation. */
const BURST_EVERY_MS = 250;
const BURST = 10;
const STEADY_PER_SECOND = 1500;
const SINGLE_EVERY_MS = 150;
/** As rare as it needs to be: longer than any window of a fan-out. */
const SINGLE_50_EVERY_MS = 60;

export const LOADS: readonly Load[] = [
  { name: 'burst', sockets: 1000, run: spaced(BURST_EVERY_MS, BURST) },
  { name: 'steady_50', sockets: 50, run: steady(STEADY_PER_SECOND) },
  { name: 'steady_200', sockets: 200, run: steady(STEADY_PER_SECOND) },
  { name: 'single', sockets: 1000, run: spaced(SINGLE_EVERY_MS, 1) },
  { name: 'single_50', sockets: 50, run: spaced(SINGLE_50_EVERY_MS, 1) },
];

function spaced(everyMs: number, atOnce: number): Load['run'] {
  return async (seconds, send) => {
    const count = Math.max(1, Math.floor((seconds * 1000) / everyMs));
    const started = performance.now();
    for (let round = 0; round < count; round += 1) {
      for (let message = 0; message < atOnce; message += 1) send();
      await delay(Math.max(0, started + (round + 1) * everyMs - performance.now()));
    }
  };
}

/** A timer of 1 ms comes every 1.1 ms or so: what is due is sent, one or two. */
export function steady(perSecond: number): Load['run'] {
  return async (seconds, send) => {
    const started = performance.now();
    const total = Math.round(seconds * perSecond);
    for (let sent = 0; sent < total; await delay(1)) {
      const due = Math.min(total, Math.floor(((performance.now() - started) * perSecond) / 1000));
      for (; sent < due; sent += 1) send();
    }
  };
}
