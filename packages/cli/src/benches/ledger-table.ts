/** The figures of `bench ledger` as a person reads them. Pure. */
import type { LedgerBench } from '@fanfare/economy/bench';
import { aligned, percent, type Row, rigLines, times, whole } from './figures.ts';

export function tableOf(result: LedgerBench): string {
  return [
    ...rigLines(result.hardware),
    '',
    ...aligned([CALLERS_HEAD, ...callerRows(result), ...baselineRows(result)]),
    '',
    `64 callers: ${times(result.ratio_to_interactive)} an interactive transaction for each gift, ${times(result.ratio_to_procedure)} a procedure call for each`,
    `CPU of node at 64 callers: ${result.cpu_us_per_gift.callers.toFixed(1)} us of it for making the command`,
    ...overloadLines(result),
    `processes, 64 callers in each: ${Object.entries(result.processes)
      .map(([count, rate]) => `${count}: ${whole(rate)}/s`)
      .join(', ')}`,
    ...growthLines(result),
    `debits equal credits, and verify agrees: ${result.zero_sum ? 'yes' : `NO (${result.first_problem})`}`,
    '',
    ...result.method.map((line) => `- ${line}`),
  ].join('\n');
}

const CALLERS_HEAD: Row = [
  '',
  'gifts/s',
  'lowest',
  'highest',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'node us',
  'PostgreSQL us',
];

function callerRows(result: LedgerBench): readonly Row[] {
  return Object.entries(result.gifts_per_second).map(([count, rate]) =>
    row(
      `${count} ${count === '1' ? 'caller' : 'callers'}`,
      rate,
      result.spread[count],
      result.latency_ms[count],
      result.cpu_us_per_gift.by_callers[count],
    ),
  );
}

function baselineRows(result: LedgerBench): readonly Row[] {
  return (['interactive', 'procedure'] as const).map((what) =>
    row(
      `${what}, 16 clients`,
      result.baseline[what],
      result.spread[what],
      result.baseline_latency_ms[what],
      result.cpu_us_per_gift.baseline[what],
    ),
  );
}

function row(
  name: string,
  rate: number,
  spread: readonly [number, number] | undefined,
  latency: LedgerBench['latency_ms'][string] | undefined,
  cpu: { readonly node: number; readonly postgres: number | null } | undefined,
): Row {
  const latencies = [latency?.p50, latency?.p95, latency?.p99].map((each) => each?.toFixed(2) ?? '-');
  const cpus = [cpu?.node, cpu?.postgres].map((each) => (each == null ? '-' : each.toFixed(0)));
  return [name, whole(rate), ...(spread ?? []).map(whole), ...latencies, ...cpus];
}

function overloadLines({ overload }: LedgerBench): readonly string[] {
  return [
    `overload: ${whole(overload.offered_per_second)}/s offered, ${whole(overload.accepted_per_second)}/s accepted (${percent(overload.share_of_peak)} of the peak)`,
    `  ${whole(overload.refused)} refused, 99% of them within ${overload.refused_within_ms_p99.toFixed(1)} ms; at most ${whole(overload.max_queue)} waited; ${overload.connections} connections (${overload.connections_before} before)`,
  ];
}

function growthLines({ growth }: LedgerBench): readonly string[] {
  if (growth === null) return ['growth: not measured'];
  const { build, verify, statement_page: page } = growth;
  const steps = Object.entries(growth.steps).map(([name, step]): Row => {
    const size = `${whole(step.journals)} journals, ${whole(step.entries)} entries`;
    return [`  ${name}`, `${whole(step.gifts_per_second)}/s`, percent(step.ratio), size];
  });
  return [
    'growth, 64 callers:',
    ...aligned(steps),
    `  ${whole(build.entries)} entries were built in ${build.seconds.toFixed(1)} s (${whole(build.entries_per_second)}/s)`,
    `  ${whole(verify.entries)} entries were verified in ${verify.seconds.toFixed(1)} s (${whole(verify.entries_per_second)}/s)`,
    `  a page of a statement with ${whole(page.entries)} entries took ${page.first_ms.toFixed(1)} ms, pages anywhere in it ${page.p50_ms.toFixed(1)} ms and at most ${page.max_ms.toFixed(1)} ms`,
  ];
}
