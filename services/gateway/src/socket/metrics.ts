import { Counter, Gauge, Histogram, type Registry as Metrics } from 'prom-client';
import type { Registry } from './registry.ts';

export type SocketMetrics = ReturnType<typeof socketMetrics>;

/** Series of a gateway's sockets. */
export function socketMetrics(metrics: Metrics, sockets: Registry) {
  new Gauge({
    name: 'fanfare_sockets',
    help: 'Connected sockets',
    registers: [metrics],
    collect() {
      this.set(sockets.all().size);
    },
  });
  new Gauge({
    name: 'fanfare_sockets_queued_bytes',
    help: 'Bytes that wait for slow clients, over all sockets',
    registers: [metrics],
    collect() {
      let bytes = 0;
      for (const session of sockets.all()) bytes += session.queuedBytes();
      this.set(bytes);
    },
  });
  const durations = new Histogram({
    name: 'fanfare_socket_command_duration_seconds',
    help: 'Time to answer a command, by event and outcome',
    labelNames: ['event', 'outcome'],
    registers: [metrics],
  });
  return {
    timed: (event: string): ((outcome: string) => void) => {
      const stop = durations.startTimer({ event });
      return (outcome) => void stop({ outcome });
    },
    disconnects: new Counter({
      name: 'fanfare_socket_disconnects_total',
      help: 'Ended connections, by close code, or by what the client or the network did',
      labelNames: ['code'],
      registers: [metrics],
    }),
    refused: new Counter({
      name: 'fanfare_socket_refused_total',
      help: 'Refused handshakes, by close code',
      labelNames: ['code'],
      registers: [metrics],
    }),
  };
}
