import { collectDefaultMetrics, Registry } from 'prom-client';

/** A service's own registry; every series carries the service's name, also when several share a process. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
