/** gRPC health checking (grpc.health.v1): what load balancers and `grpc_health_probe` ask. */
import {
  type HealthServer,
  HealthCheckResponse_ServingStatus as Serving,
} from '@fanfare/contracts/grpc/health/v1/health';
import { status } from '@grpc/grpc-js';

export interface Health {
  readonly implementation: HealthServer;
  readonly set: (serving: boolean) => void;
}

/** @param names services by full name; the empty name stands for the whole server */
export function health(names: readonly string[]): Health {
  const known = new Set(['', ...names]);
  const watchers = new Set<() => void>();
  let current: Serving = Serving.NOT_SERVING;
  return {
    set: (serving) => {
      current = serving ? Serving.SERVING : Serving.NOT_SERVING;
      for (const tell of watchers) tell();
    },
    implementation: {
      check: (call, callback) => {
        if (known.has(call.request.service)) callback(null, { status: current });
        else callback({ code: status.NOT_FOUND, details: 'unknown service' });
      },
      watch: (call) => {
        const answer = known.has(call.request.service) ? () => current : () => Serving.SERVICE_UNKNOWN;
        const tell = (): void => void call.write({ status: answer() });
        watchers.add(tell);
        call.on('cancelled', () => {
          watchers.delete(tell);
          call.end();
        });
        tell();
      },
      list: (_call, callback) =>
        callback(null, { statuses: Object.fromEntries([...known].map((name) => [name, { status: current }])) }),
    },
  };
}
