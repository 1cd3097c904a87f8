/** A gateway is stopped while its clients look on: how fast the others see them again, and whether it leaves in time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import type { RawClients } from '../../test/raw-clients.ts';

export interface Drain {
  readonly clients: number;
  /** What the gateway is told to keep to. */
  readonly per_second: number;
  /** Most clients that were told to be back within one second, and most that were back within one. */
  readonly planned_peak_per_second: number;
  readonly peak_per_second: number;
  readonly told: number;
  readonly ended: string;
  readonly ended_after_ms: number;
  /** Until everybody was inside elsewhere. */
  readonly back_after_ms: number;
}

const DRAINING = 4001;
const BACK_MOST_MS = 60_000;

/**
 * @param group whose members use the gateways
 * @param everybody how many they are
 */
export async function drainOne(
  gateway: GatewayProcess,
  clients: RawClients,
  { group, everybody, perSecond }: { readonly group: string; readonly everybody: number; readonly perSecond: number },
): Promise<Drain> {
  const inside = async (): Promise<number> => (await clients.counts())[group]?.inside ?? 0;
  await clients.takeHappened();
  const here = await gateway.metric('fanfare_sockets');
  const begun = performance.now();
  gateway.signal('SIGTERM');
  const ended = await gateway.ended;
  const endedAfter = performance.now() - begun;
  while ((await inside()) < everybody && performance.now() - begun < BACK_MOST_MS) await delay(20);
  const backAfter = performance.now() - begun;
  const { entered, told } = await clients.takeHappened();
  const elsewhere = entered.filter(({ port }) => port !== gateway.httpPort).map(({ at }) => at);
  const goodbyes = told.filter(({ code }) => code === DRAINING);
  return {
    clients: here,
    per_second: perSecond,
    planned_peak_per_second: peakOf(goodbyes.map(({ at, retryAfterMs }) => at + (retryAfterMs ?? 0))),
    peak_per_second: peakOf(elsewhere),
    told: goodbyes.length,
    ended,
    ended_after_ms: Math.round(endedAfter),
    back_after_ms: Math.round(backAfter),
  };
}

/** Most of them within any one second. */
function peakOf(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let from = 0;
  let peak = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[from] ?? at) <= at - 1000) from += 1;
    peak = Math.max(peak, index - from + 1);
  }
  return peak;
}

/** @param limits peakShare: of the rate, how much may be back within a second: nobody is punctual on a busy machine */
export function problemsOfDrain(
  drain: Drain,
  { peakShare, endedMs }: { readonly peakShare: number; readonly endedMs: number },
): readonly string[] {
  const { clients, told, planned_peak_per_second: planned, peak_per_second: peak, per_second: rate } = drain;
  return [
    ...(told === clients ? [] : [`${told} of ${clients} clients were told that their gateway stops`]),
    ...(planned <= rate * peakShare ? [] : [`${planned} clients were told to be back within a second, not ${rate}`]),
    ...(peak <= rate * peakShare ? [] : [`${peak} clients came back within a second; ${rate} were allowed`]),
    ...(drain.ended === 'exit code 0' ? [] : [`a gateway that was asked to stop ended with ${drain.ended}`]),
    ...(drain.ended_after_ms < endedMs ? [] : [`a gateway took ${drain.ended_after_ms} ms to stop`]),
    ...(drain.back_after_ms < BACK_MOST_MS ? [] : ['not everybody came back']),
  ];
}
