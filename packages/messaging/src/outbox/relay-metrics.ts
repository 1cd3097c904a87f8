import type { Registry } from 'prom-client';
import { counter, gauge } from '../metric.ts';
import { BACKLOG_BOUND } from './store.ts';

export type RelayMetrics = ReturnType<typeof relayMetrics>;

export function relayMetrics(registry: Registry) {
  return {
    leader: gauge(registry, { name: 'fanfare_outbox_relay_leader', help: '1 while this replica publishes the outbox' }),
    backlog: gauge(registry, {
      name: 'fanfare_outbox_backlog_events',
      help: `Events that wait for the relay, as its leader last counted them, up to ${BACKLOG_BOUND}`,
    }),
    published: counter(registry, { name: 'fanfare_outbox_published_total', help: 'Events the stream acknowledged' }),
    republished: counter(registry, {
      name: 'fanfare_outbox_republished_total',
      help: 'Events published again because the stream had lost them',
    }),
  };
}
