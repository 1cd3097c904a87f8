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
