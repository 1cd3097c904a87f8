/** A server goes away for a while and comes back; what clients, memory and commands had of it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import type { Person, RawClients } from '../../test/raw-clients.ts';
import { startAsking, unclear } from './asking.ts';

export interface Scene {
  readonly fleet: Fleet;
  readonly gateways: readonly GatewayProcess[];
  readonly clients: RawClients;
  readonly askers: readonly Person[];
  readonly watchers: readonly Person[];
}

export interface Kind {
  readonly name: string;
  readonly leave: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  /** @returns ms until everything worked again after the return; null when that took too long */
  readonly resumed: () => Promise<number | null>;
  /** Somebody new for each gateway, who comes while it is away; they need not get in before the return. */
  readonly visitors: readonly Person[];
}

export interface Outage {
  readonly what: string;
  readonly away_ms: number;
  readonly resumed_after_ms: number | null;
  readonly disconnects: number;
  /** Of the larger of the gateways. */
  readonly memory_before_mb: number;
  readonly memory_peak_mb: number;
  /** Commands meanwhile, by outcome. */
  readonly answers: Readonly<Record<string, number>>;
  /** Whether everybody who came meanwhile was in in the end. */
  readonly visitors_in: boolean;
}

const SAMPLE_MS = 500;
const VISITORS_MOST_MS = 15_000;

export async function sufferOutage(scene: Scene, kind: Kind, awayMs: number): Promise<Outage> {
  const { fleet, clients, askers, gateways } = scene;
  const before = await memoryOf(gateways);
  const leftBefore = await leftOf(clients);
  await kind.leave();
  const goneAt = performance.now();
  const asking = startAsking(fleet, clients, askers);
  const visited = clients.enter(kind.visitors, 100).then(() => true);
  // Waited for at the end.
  visited.catch(() => {});
  let peak = before;
  while (performance.now() - goneAt < awayMs) {
    await delay(Math.min(SAMPLE_MS, awayMs));
    peak = Math.max(peak, await memoryOf(gateways));
  }
  await kind.comeBack();
  const away = performance.now() - goneAt;
  const resumedAfter = await kind.resumed();
  const answers = await asking.stop();
  const visitorsIn = await Promise.race([visited, delay(VISITORS_MOST_MS, false)]);
  return {
    what: kind.name,
    away_ms: Math.round(away),
    resumed_after_ms: resumedAfter,
    disconnects: (await leftOf(clients)) - leftBefore,
    memory_before_mb: before,
    memory_peak_mb: Math.max(peak, await memoryOf(gateways)),
    answers,
    visitors_in: visitorsIn,
  };
}

export interface OutageLimits {
  readonly resumedMs: number;
  /** As a share of what there was before. */
  readonly memoryGrowth: number;
}

export function problemsOfOutage(outage: Outage, { resumedMs, memoryGrowth }: OutageLimits): readonly string[] {
  const { what, resumed_after_ms: resumed, memory_before_mb: before, memory_peak_mb: peak } = outage;
  const problems = [
    ...(outage.disconnects === 0 ? [] : [`${outage.disconnects} connections ended`]),
    ...(resumed !== null && resumed <= resumedMs ? [] : [`it took ${resumed ?? 'too many'} ms until all worked again`]),
    ...(peak <= before * (1 + memoryGrowth) ? [] : [`memory grew from ${before} to ${peak} MB`]),
    ...unclear(outage.answers).map((outcome) => `a command was answered with: ${outcome}`),
    ...(outage.visitors_in ? [] : ['who came meanwhile did not get in afterwards']),
  ];
  return problems.map((problem) => `${what}: ${problem}`);
}

async function memoryOf(gateways: readonly GatewayProcess[]): Promise<number> {
  const all = await Promise.all(gateways.map((gateway) => gateway.metric('process_resident_memory_bytes')));
  return Math.round(Math.max(...all) / 2 ** 20);
}

/** Visitors are told to come back: they were never inside. */
async function leftOf(clients: RawClients): Promise<number> {
  const groups = Object.values(await clients.counts());
  return groups.flatMap(({ left }) => Object.values(left)).reduce((sum, count) => sum + count, 0);
}
