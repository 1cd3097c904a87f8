import {
  type HealthServer,
  HealthCheckResponse_ServingStatus as Serving,
} from '@fanfare/contracts/grpc/health/v1/health';
import { status } from '@grpc/grpc-js';

export interface Health {
  readonly implementation: HealthServer;
  readonly set: (serving: boolean) => void;
}

export function health(names: readonly string[]): Health {
  let now: Serving = Serving.SERVING;
  const watchers = new Set<() => void>();
  const known = new Set(['', ...names]);
  return {
    set: (serving) => {
      now = serving ? Serving.SERVING : Serving.NOT_SERVING;
      for (const tell of watchers) tell();
    },
    implementation: {
      check: (call, callback) => {
        if (known.has(call.request.service)) callback(null, { status: now });
        else callback({ code: status.NOT_FOUND, details: 'unknown service' });
      },
      watch: (call) => {
        const tell = (): void =>
          void call.write({ status: known.has(call.request.service) ? now : Serving.SERVICE_UNKNOWN });
        watchers.add(tell);
        call.on('cancelled', () => {
          watchers.delete(tell);
          call.end();
        });
        tell();
      },
      list: (_call, callback) =>
        callback(null, { statuses: Object.fromEntries([...known].map((name) => [name, { status: now }])) }),
    },
  };
}
