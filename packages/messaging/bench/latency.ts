/** From the commit of an event to the handler of a consumer with an inbox: quiet, by polling, and busy. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Percentiles, percentilesOf } from '@fanfare/testing/measure';
import { Registry } from 'prom-client';
import { announce } from '../src/announce.ts';
import { consumers } from '../src/consumer/consumers.ts';
import { type Consumer, defineConsumer } from '../src/consumer/define.ts';
import type { Relay } from '../src/outbox/relay-loop.ts';
import { EVENT, giftPosted } from './gift-event.ts';
import { log, type Scene, withRelay } from './scene.ts';

export interface Busy extends Percentiles {
  /** Committed; the steady rate is kept only by a machine that can. */
  readonly events_per_second: number;
}

/** What a relay without wake-ups does. */
const POLL_MS = 50;
/** Between two quiet events: every moment of a poll is met as often as any other. */
const PAUSE_MS = [10, 10 + POLL_MS] as const;
const BUSY_PER_SECOND = 1000;
/** Not counted: caches, plans and connections that were idle. */
const WARM_UP_EVENTS = 20;
const HANDLED_WITHIN_MS = 20_000;

/** One event at a time; the relay is woken after each commit. */
export const measureQuiet = (scene: Scene, seconds: number): Promise<Percentiles> =>
  withChain(scene, async (chain, relay) => {
    const wake = (): void => relay.wake();
    return oneAtATime(seconds, () => chain.send(wake));
  });

/** The same, found by a look every 50 ms. */
export const measurePolling = (scene: Scene, seconds: number): Promise<Percentiles> =>
  withChain(scene, async (chain, relay) => {
    const polling = setInterval(relay.wake, POLL_MS);
    try {
      return await oneAtATime(seconds, () => chain.send(() => {}));
    } finally {
      clearInterval(polling);
    }
  });

async function oneAtATime(seconds: number, send: () => Promise<number>): Promise<Percentiles> {
  for (let event = 0; event < WARM_UP_EVENTS; event += 1) await send();
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  const [shortest, longest] = PAUSE_MS;
  while (performance.now() < until) {
    await delay(shortest + Math.random() * (longest - shortest));
    latencies.push(await send());
  }
  return percentilesOf(latencies);
}

/** Events come at a steady rate, each from a transaction of its own, whatever became of those before. */
export const measureBusy = (scene: Scene, seconds: number): Promise<Busy> =>
  withChain(scene, async (chain, relay) => {
    const wake = (): void => relay.wake();
    await Promise.all(Array.from({ length: WARM_UP_EVENTS }, () => chain.send(wake)));
    const sent: Promise<number>[] = [];
    const total = Math.ceil(seconds * BUSY_PER_SECOND);
    const started = performance.now();
    while (sent.length < total) {
      const due = Math.min(total, ((performance.now() - started) / 1000) * BUSY_PER_SECOND);
      while (sent.length < due) sent.push(chain.send(wake));
      await delay(1);
    }
    const latencies = await Promise.all(sent);
    const rate = total / ((performance.now() - started) / 1000);
    return { ...percentilesOf(latencies), events_per_second: rate };
  });

interface Chain {
  /** Announces and commits one event. @returns milliseconds from the answer to the commit until it was handled */
  readonly send: (committed: () => void) => Promise<number>;
}

async function withChain<T>(scene: Scene, work: (chain: Chain, relay: Relay) => Promise<T>): Promise<T> {
  const { database, bus } = scene;
  const arrivals = new Map<string, (at: number) => void>();
  const consumer = consumerOf((id, at) => {
    arrivals.get(id)?.(at);
    arrivals.delete(id);
  });
  return withRelay(scene, async ({ relay }) => {
    const consuming = consumers({ service: 'bench', bus, database, log, metrics: new Registry() }, [consumer]);
    await consuming.start?.();
    const send = async (committed: () => void): Promise<number> => {
      const event = giftPosted();
      const commit = async (): Promise<number> => {
        await database.transaction((tx) => announce(tx, event));
        const at = performance.now();
        committed();
        return at;
      };
      const [handledAt, committedAt] = await Promise.all([arrival(arrivals, event.id), commit()]);
      // The handler may have been reached before the commit's answer was read here.
      return Math.max(0, handledAt - committedAt);
    };
    try {
      return await work({ send }, relay);
    } finally {
      await consuming.stop?.();
    }
  });
}

/** It writes its inbox rows and nothing else; events from before it ever ran are none of its business. */
const consumerOf = (onHandled: (id: string, at: number) => void): Consumer =>
  defineConsumer({
    durable: 'bench-journal',
    event: EVENT,
    handleBatch: async ({ events }) => {
      const at = performance.now();
      for (const { envelope } of events) onHandled(envelope.id, at);
    },
  });

function arrival(arrivals: Map<string, (at: number) => void>, id: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`event ${id} was not handled in time`)), HANDLED_WITHIN_MS);
    arrivals.set(id, (at) => {
      clearTimeout(late);
      resolve(at);
    });
  });
}
