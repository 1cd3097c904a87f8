/**
 * `./fanfare bench bus`: how fast committed events reach the stream and a consumer, at what cost, and against what. All
 * of it on private servers; PostgreSQL waits for the disk at every commit.
 */
import type { Percentiles } from '@fanfare/testing/measure';
import { type Drain, measureDrain } from './drain.ts';
import { type Busy, measureBusy, measurePolling, measureQuiet } from './latency.ts';
import { openScene, type Scene } from './scene.ts';
import { measureTakeover, type Takeover } from './takeover.ts';

export interface BusBenchOptions {
  /** How many wait in the outbox when it is drained, three times. */
  readonly events: number;
  /** Of each measured window but the drain by the relay. */
  readonly seconds: number;
  readonly report: (line: string) => void;
}

export interface BusBench {
  readonly hardware: Scene['hardware'];
  readonly method: readonly string[];
  readonly drain: Drain;
  readonly quiet_latency_ms: Percentiles;
  readonly polling_latency_ms: Percentiles;
  readonly busy_latency_ms: Busy;
  readonly takeover_ms: Takeover;
}

/** What is and what is not in the figures. */
const METHOD = [
  'one event: JournalPosted of a gift, 1.2 KB of JSON and 0.4 KB of headers, as the ledger announces it',
  'drain: all (copies of one, under ids of their own) wait from one commit; until the last is in the stream and noted as sent; medians of 3 rounds, in turns with the baselines',
  'sequential: publish, wait for the acknowledgement, delete the row, the next; flag: windows of 256 at once, one update for each window, rows stay',
  'neither baseline survives a second relay, nor keeps the order when a publish fails',
  'latency: from the answer to the commit to the handler, which runs in the transaction that holds its inbox rows; announcer, relay and consumer in one process',
  'quiet and polling: one event at a time after a pause of 10 to 60 ms; polling looks every 50 ms and is not woken',
  'CPU of node: relay and process as a whole; of PostgreSQL and NATS: all of their processes; writing the events is not included',
];

export async function benchBus({ events, seconds, report }: BusBenchOptions): Promise<BusBench> {
  await using opened = new AsyncDisposableStack();
  const scene = await openScene(opened, report);
  // Before the drain: the consumer would have to read all of that first.
  report('one event at a time');
  const quiet = await measureQuiet(scene, seconds);
  report('one event at a time, found by polling');
  const polling = await measurePolling(scene, seconds);
  report('1,000 events a second');
  const busy = await measureBusy(scene, seconds);
  const drain = await measureDrain(scene, { events, seconds });
  return {
    hardware: scene.hardware,
    method: METHOD,
    drain,
    quiet_latency_ms: quiet,
    polling_latency_ms: polling,
    busy_latency_ms: busy,
    takeover_ms: await measureTakeover(scene),
  };
}
