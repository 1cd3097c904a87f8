/** The figures of `bench bus` as a person reads them. Pure. */
import type { BusBench } from '@fanfare/messaging/bench';
import { aligned, type Row, rigLines, times, whole } from './figures.ts';

export function tableOf(result: BusBench): string {
  const { hardware, drain, takeover_ms } = result;
  return [
    ...rigLines(hardware, { NATS: hardware.nats }),
    '',
    ...aligned([DRAIN_HEAD, ...drainRows(drain)]),
    '',
    `${whole(drain.events)} events: ${times(drain.ratio)} one by one, ${times(drain.ratio_to_flag)} a flag for each`,
    '',
    ...aligned([LATENCY_HEAD, ...latencyRows(result)]),
    '',
    `another relay leads: ${whole(takeover_ms.killed)} ms after kill -9, ${whole(takeover_ms.frozen)} ms after SIGSTOP`,
    '',
    ...result.method.map((line) => `- ${line}`),
  ].join('\n');
}

const DRAIN_HEAD: Row = ['drain', 'events/s', 'lowest', 'highest', 'node us', 'PostgreSQL us', 'NATS us'];

function drainRows({ spread, cpu_us_per_event, baseline_cpu_us_per_event, ...drain }: BusBench['drain']): Row[] {
  const row = (name: string, rate: number, range: readonly number[], cpu: typeof cpu_us_per_event): Row => {
    const { node, postgres, nats } = cpu;
    return [name, ...[rate, ...range].map(whole), ...[node, postgres, nats].map((used) => used?.toFixed(0) ?? '-')];
  };
  const { sequential, flag } = baseline_cpu_us_per_event;
  return [
    row('relay', drain.events_per_second, spread.relay, cpu_us_per_event),
    row('one by one', drain.baseline_sequential, spread.sequential, sequential),
    row('a flag for each', drain.baseline_flag, spread.flag, flag),
  ];
}

const LATENCY_HEAD: Row = ['commit to handler', 'p50 ms', 'p95 ms', 'p99 ms'];

function latencyRows({ quiet_latency_ms, polling_latency_ms, busy_latency_ms }: BusBench): readonly Row[] {
  const row = (name: string, { p50, p95, p99 }: BusBench['quiet_latency_ms']): Row => [
    name,
    ...[p50, p95, p99].map((each) => each.toFixed(1)),
  ];
  return [
    row('quiet', quiet_latency_ms),
    row('quiet, found by polling', polling_latency_ms),
    row(`${whole(busy_latency_ms.events_per_second)} events/s`, busy_latency_ms),
  ];
}
