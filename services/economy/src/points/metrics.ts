import { Counter, type Registry } from 'prom-client';
import type { AwardAction } from './point-rules.ts';

/** `paid`, `repeated` (paid before, which is nothing), or the reason of a refusal. */
export interface PointMetrics {
  readonly judged: (action: AwardAction, outcome: string) => void;
}

export function pointMetrics(registry: Registry): PointMetrics {
  const awards = new Counter({
    name: 'fanfare_point_awards_total',
    help: 'Awards by action and outcome: paid, repeated (paid before), or why not',
    labelNames: ['action', 'outcome'],
    registers: [registry],
  });
  return { judged: (action, outcome) => awards.inc({ action, outcome }) };
}
