import type { Registry } from 'prom-client';
import { counter, gauge } from '../metric.ts';

export type ConsumerMetrics = ReturnType<typeof consumerMetrics>;

export function consumerMetrics(registry: Registry) {
  const labelNames = ['consumer'] as const;
  return {
    lag: gauge(registry, {
      name: 'fanfare_consumer_lag_events',
      help: 'Events behind the end of the stream, after the last batch',
      labelNames,
    }),
    handled: counter(registry, {
      name: 'fanfare_consumer_handled_total',
      help: 'Events handled, each counted once',
      labelNames,
    }),
    duplicates: counter(registry, {
      name: 'fanfare_consumer_duplicates_total',
      help: 'Deliveries of events that were handled before',
      labelNames,
    }),
    failed: counter(registry, {
      name: 'fanfare_consumer_failed_total',
      help: 'Attempts at single events that failed',
      labelNames,
    }),
    deadLetters: counter(registry, {
      name: 'fanfare_consumer_dead_letters_total',
      help: 'Events given up',
      labelNames,
    }),
  };
}
