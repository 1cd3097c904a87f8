/** The figures of `bench edge` as a person reads them. Pure. */
import type { EdgeBench, FanoutResult } from '@fanfare/gateway/bench-edge';
import { aligned, percent, type Row, rigLines, times, whole } from './figures.ts';

export function tableOf(result: EdgeBench): string {
  const { hardware } = result;
  return [
    ...rigLines(hardware, { NATS: hardware.nats, 'Socket.IO': hardware.socketio }),
    '',
    ...fanoutLines(result),
    '',
    ...slowLines(result),
    ...idleLines(result),
    ...cycleLines(result),
    ...recoveryLines(result),
    '',
    ...result.problems.map((problem) => `FAILED ${problem}`),
    ...result.method.map((line) => `- ${line}`),
  ].join('\n');
}

const SYSTEM_NAMES = { fanfare: 'fanfare', socketio: 'Socket.IO', redis_adapter: 'Redis adapter, 2 nodes' } as const;

const LOAD_NAMES = {
  burst: 'bursts of 10 to 1,000 sockets',
  steady_50: '1,500 messages/s to a room of 50',
  steady_200: '1,500 messages/s to a room of 200',
  single: 'one now and then to 1,000 sockets',
  single_50: 'one now and then to a room of 50',
} as const;

type LoadName = keyof typeof LOAD_NAMES;
type SystemName = keyof typeof SYSTEM_NAMES;

const FANOUT_HEAD: Row = ['', 'server us', 'bus us', 'p50 ms', 'p99 ms', 'added p50', 'added p99', 'in time'];

function fanoutLines(result: EdgeBench): readonly string[] {
  const { cpu_us_per_delivery: cpu, ratio_to_socketio: ratio, delivered_per_second: rate } = result;
  if (cpu === null || ratio === null || rate === null) return ['fan-out: not measured'];
  const measured = result as unknown as FanoutResult;
  const loads = Object.keys(LOAD_NAMES) as LoadName[];
  const rows = loads.flatMap((load): Row[] => [
    [LOAD_NAMES[load]],
    ...(Object.keys(SYSTEM_NAMES) as SystemName[]).map((system) => fanoutRow(measured, load, system)),
  ]);
  return [
    ...aligned([['CPU and delay of a delivered message', ...FANOUT_HEAD.slice(1)], ...rows]),
    '',
    `Socket.IO needs ${times(ratio.burst)} the CPU for bursts, ${times(ratio.steady)} for steady rooms, ${ratio.single.toFixed(2)} times for single messages`,
    `${whole(rate)} deliveries/s at 1,500 messages/s to a room of 200`,
  ];
}

function fanoutRow(result: FanoutResult, load: LoadName, system: SystemName): Row {
  const { delay_ms: delay, added_delay_ms: added } = result;
  const cpu = result.cpu_us_per_delivery.rooms[load][system];
  const bus = result.bus_cpu_us_per_delivery[load][system];
  const delays = [delay[load][system], added[load][system]].flatMap(({ p50, p99 }) => [p50, p99]);
  return [
    `  ${SYSTEM_NAMES[system]}`,
    cpu.toFixed(2),
    bus.toFixed(2),
    ...delays.map((each) => each.toFixed(1)),
    percent(result.delivered_share[load][system]),
  ];
}

function slowLines({ slow_clients: slow }: EdgeBench): readonly string[] {
  if (slow === null) return ['slow clients: not measured'];
  const { before, during } = slow.others_ms;
  return [
    `slow clients: ${slow.cut} of ${slow.clients} cut with ${slow.code} in ${slow.seconds.toFixed(1)} s, at a cap of ${megabytes(slow.cap_bytes)}`,
    `  ${megabytes(slow.queued_bytes)} waited for them at most; memory grew by ${megabytes(slow.rss_growth_bytes)} (limit ${megabytes(slow.rss_growth_most_bytes)})`,
    `  p99 of ${slow.others} others: ${before.p99.toFixed(1)} ms before, ${during.p99.toFixed(1)} ms meanwhile (${signedPercent(slow.others_p99_moved * 100)})`,
  ];
}

function idleLines({ idle_connections: count, rss_kb, connects_per_second }: EdgeBench): readonly string[] {
  if (count === null || rss_kb === null) return ['idle connections: not measured'];
  const row = (name: string, { settled, collected, heap }: typeof rss_kb.fanfare): Row => [
    `  ${name}`,
    ...[settled, collected, heap].map((kilobytes) => kilobytes.toFixed(1)),
  ];
  return [
    `idle connections: ${whole(count)}, which came at ${whole(connects_per_second ?? 0)}/s`,
    ...aligned([
      ['  KB for each', 'resident', 'after collection', 'objects'],
      row('fanfare', rss_kb.fanfare),
      row('Socket.IO', rss_kb.socketio),
    ]),
  ];
}

function cycleLines({ cycles }: EdgeBench): readonly string[] {
  if (cycles === null) return [];
  return [
    `  ${whole(cycles.cycles)} times connect, join, leave (${whole(cycles.per_second)}/s, ${whole(cycles.cpu_us_per_cycle)} us of CPU each): heap ${megabytes(cycles.heap_before_bytes)} before, ${megabytes(cycles.heap_after_bytes)} after (${signedPercent(cycles.heap_growth_percent)})`,
  ];
}

function recoveryLines({ recovery }: EdgeBench): readonly string[] {
  if (recovery === null) return ['recovery: not measured'];
  const { one, at_once, storm } = recovery;
  return [
    `recovery of ${one.missed} messages while others publish: p50 ${one.p50.toFixed(1)} ms, p99 ${one.p99.toFixed(1)} ms at the socket`,
    `  the read alone: p50 ${one.read_p50_ms.toFixed(1)} ms, ${one.messages_read} messages from NATS`,
    `  ${whole(at_once.clients)} at once on ${at_once.channels} channels: ${whole(at_once.ms)} ms, ${whole(at_once.recovered)} recovered`,
    `  ${whole(storm.clients)} reconnects after kill -9, ${whole(storm.per_second)}/s: done in ${storm.seconds.toFixed(1)} s, ${whole(storm.cpu_us_per_reconnect)} us of CPU each, ${whole(storm.recovered)} recovered, p50 ${whole(storm.p50)} ms, p99 ${whole(storm.p99)} ms`,
    `  attempts that failed: ${counted(storm.failures)}; calls to services: ${counted(storm.calls)}`,
  ];
}

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${whole(count)} ${what}`)
    .join(', ') || 'none';

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
const signedPercent = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(1)}%`;
