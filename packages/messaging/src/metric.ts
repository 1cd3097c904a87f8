/** Makes a series, or finds the one that another part of the same service made. */
import { Counter, Gauge, type Registry } from 'prom-client';

interface Names<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly L[];
}

export function counter<L extends string>(registry: Registry, names: Names<L>): Counter<L> {
  const known = registry.getSingleMetric(names.name);
  if (known instanceof Counter) return known;
  return new Counter({ ...names, labelNames: names.labelNames ?? [], registers: [registry] });
}

export function gauge<L extends string>(registry: Registry, names: Names<L>): Gauge<L> {
  const known = registry.getSingleMetric(names.name);
  if (known instanceof Gauge) return known;
  return new Gauge({ ...names, labelNames: names.labelNames ?? [], registers: [registry] });
}
