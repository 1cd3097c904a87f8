import { Counter, Gauge, type Registry } from 'prom-client';

export type TranslatorMetrics = ReturnType<typeof translatorMetrics>;

/** Series of all translators of a gateway, by domain stream. */
export function translatorMetrics(registry: Registry) {
  const common = { labelNames: ['stream' as const], registers: [registry] };
  return {
    leader: new Gauge({ name: 'fanfare_translator_leader', help: '1 where this gateway translates', ...common }),
    lag: new Gauge({ name: 'fanfare_translator_lag_events', help: 'Events not translated yet', ...common }),
    emitted: new Counter({ name: 'fanfare_translator_emits_total', help: 'Emits published', ...common }),
    unreadable: new Counter({ name: 'fanfare_translator_unreadable_total', help: 'Events not understood', ...common }),
  };
}
