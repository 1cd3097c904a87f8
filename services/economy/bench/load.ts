/** Callers that each send the next gift when the last was answered, and what they saw. */
import { type Percentiles, percentilesOf } from '@fanfare/testing/measure';

export interface Sample {
  readonly giftsPerSecond: number;
  readonly latencyMs: Percentiles;
  /** Microseconds of CPU for each gift: this process, and the database server (null where it cannot be told). */
  readonly cpuUsPerGift: { readonly node: number; readonly postgres: number | null };
}

export interface LoadOptions {
  readonly callers: number;
  readonly seconds: number;
  /** Resolves when the gift is committed. */
  readonly post: (caller: number) => Promise<void>;
  readonly serverCpuSeconds: () => number | null;
}

/** Not counted: caches, plans and connections that were idle. */
export const warmUpSeconds = (windowSeconds: number): number => Math.min(0.25, windowSeconds);

export async function sample(options: LoadOptions): Promise<Sample> {
  await closedLoop(options.callers, warmUpSeconds(options.seconds), options.post);
  const before = { node: process.cpuUsage(), server: options.serverCpuSeconds() };
  const { latencies, elapsed } = await closedLoop(options.callers, options.seconds, options.post);
  const { user, system } = process.cpuUsage(before.node);
  const after = options.serverCpuSeconds();
  const gifts = latencies.length;
  const server = after === null || before.server === null ? null : ((after - before.server) * 1e6) / gifts;
  return {
    giftsPerSecond: gifts / elapsed,
    latencyMs: percentilesOf(latencies),
    cpuUsPerGift: { node: (user + system) / gifts, postgres: server },
  };
}

/** Elapsed time ends with the last answer, so that nothing is counted that was not waited for. */
export async function closedLoop(
  callers: number,
  seconds: number,
  post: (caller: number) => Promise<void>,
): Promise<{ readonly latencies: readonly number[]; readonly elapsed: number }> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  const call = async (caller: number): Promise<void> => {
    for (let sent = performance.now(); sent < until; ) {
      await post(caller);
      const answered = performance.now();
      latencies.push(answered - sent);
      sent = answered;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return { latencies, elapsed: (performance.now() - started) / 1000 };
}
