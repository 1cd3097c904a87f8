/** How fast what waits in the outbox goes out: by the relay, and by two that are more obvious. */
import { setTimeout as delay } from 'node:timers/promises';
import { medianOf } from '@fanfare/testing/measure';
import { flagging, oneByOne, prepareFlags } from './obvious-relays.ts';
import { type CpuSeconds, fillOutbox, type Scene, withRelay } from './scene.ts';

export interface DrainOptions {
  /** How many wait. */
  readonly events: number;
  /** How long a baseline may take at most. */
  readonly seconds: number;
}

/** Microseconds of CPU. */
type CpuPerEvent = { readonly [K in keyof CpuSeconds]: number | null };

/** Rates in events a second, medians of three rounds; `spread` has the lowest and highest. */
export interface Drain {
  readonly events: number;
  readonly events_per_second: number;
  readonly baseline_sequential: number;
  readonly baseline_flag: number;
  readonly ratio: number;
  readonly ratio_to_flag: number;
  readonly spread: Readonly<Record<'relay' | 'sequential' | 'flag', readonly [number, number]>>;
  readonly cpu_us_per_event: CpuPerEvent;
  readonly baseline_cpu_us_per_event: Readonly<Record<'sequential' | 'flag', CpuPerEvent>>;
}

interface Sample {
  readonly perSecond: number;
  readonly cpuUsPerEvent: CpuPerEvent;
}

const ROUNDS = 3;
const DRAINED_WITHIN_MS = 120_000;

/** In turns, because the machine has good and bad moments for all. */
export async function measureDrain(scene: Scene, { events, seconds }: DrainOptions): Promise<Drain> {
  await prepareFlags(scene);
  const relay: Sample[] = [];
  const sequential: Sample[] = [];
  const flag: Sample[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    scene.report(`drain, round ${round} of ${ROUNDS}`);
    // First, because it makes the stream.
    relay.push(await drainByRelay(scene, events));
    sequential.push(await oneAfterAnother(scene, events, seconds));
    flag.push(await flagEach(scene, events));
  }
  const [ours, one, flagged] = [summaryOf(relay), summaryOf(sequential), summaryOf(flag)];
  return {
    events,
    events_per_second: ours.perSecond,
    baseline_sequential: one.perSecond,
    baseline_flag: flagged.perSecond,
    ratio: ours.perSecond / one.perSecond,
    ratio_to_flag: ours.perSecond / flagged.perSecond,
    spread: { relay: ours.spread, sequential: one.spread, flag: flagged.spread },
    cpu_us_per_event: ours.cpuUsPerEvent,
    baseline_cpu_us_per_event: { sequential: one.cpuUsPerEvent, flag: flagged.cpuUsPerEvent },
  };
}

function drainByRelay(scene: Scene, events: number): Promise<Sample> {
  return withRelay(scene, async ({ relay, published }) => {
    await fillOutbox(scene, events);
    return sampled(scene, async () => {
      const deadline = performance.now() + DRAINED_WITHIN_MS;
      relay.wake();
      while ((await published()) < events) {
        if (performance.now() > deadline) throw new Error(`only ${await published()} of ${events} events went out`);
        await delay(2);
      }
      return events;
    });
  });
}

/** A quarter of the events is more than enough for `seconds`; what is left is dropped. */
async function oneAfterAnother(scene: Scene, events: number, seconds: number): Promise<Sample> {
  await fillOutbox(scene, Math.ceil(events / 4));
  const until = performance.now() + seconds * 1000;
  const sample = await sampled(scene, () => oneByOne(scene, () => performance.now() > until));
  await scene.database.query('truncate platform.outbox');
  return sample;
}

async function flagEach(scene: Scene, events: number): Promise<Sample> {
  await fillOutbox(scene, Math.ceil(events / 4));
  return sampled(scene, await flagging(scene));
}

/** @param work resolves to how many events went out */
async function sampled(scene: Scene, work: () => Promise<number>): Promise<Sample> {
  const [before, started] = [scene.cpuSeconds(), performance.now()];
  const count = await work();
  const [after, seconds] = [scene.cpuSeconds(), (performance.now() - started) / 1000];
  const used = (of: keyof CpuSeconds): number | null => {
    const [from, to] = [before[of], after[of]];
    return from === null || to === null ? null : ((to - from) * 1e6) / count;
  };
  return {
    perSecond: count / seconds,
    cpuUsPerEvent: { node: used('node'), postgres: used('postgres'), nats: used('nats') },
  };
}

function summaryOf(samples: readonly Sample[]): Sample & { readonly spread: readonly [number, number] } {
  const rates = samples.map((each) => each.perSecond);
  const used = (of: keyof CpuSeconds): number | null => {
    const known = samples.flatMap((each) => each.cpuUsPerEvent[of] ?? []);
    return known.length === 0 ? null : medianOf(known);
  };
  return {
    perSecond: medianOf(rates),
    spread: [Math.min(...rates), Math.max(...rates)],
    cpuUsPerEvent: { node: used('node'), postgres: used('postgres'), nats: used('nats') },
  };
}
