/** What runs where, computed before anything starts. Pure: ports, addresses and choices in, processes out. */
import { GATEWAY, type Replicas, type ServiceEntry } from './services.ts';

/** The child that runs every service when they share one process. */
export const ALL_IN_ONE = 'all-in-one';

export interface Infrastructure {
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** Address of each service's own database, by service. */
  readonly databaseUrls: Readonly<Record<string, string>>;
}

export interface Plan {
  readonly services: readonly ServiceEntry[];
  readonly processes: boolean;
  readonly replicas: Replicas;
  /** The first gateway's public port; further ones follow. */
  readonly port: number;
  /** Gives a port that nobody else was given. */
  readonly nextPort: () => number;
}

/** One copy of one service, in whatever process. */
export interface Replica {
  readonly service: string;
  readonly replica: number;
  readonly rpcPort: number | null;
  readonly opsPort: number;
  /** Public port; gateways only. */
  readonly httpPort: number | null;
}

/** One process to keep running. */
export interface Child {
  /** Names its log file: `economy-0`, or `all-in-one`. */
  readonly name: string;
  readonly replicas: readonly Replica[];
}

type Variables = Readonly<Record<string, string>>;

/** Every replica with its ports, in starting order. */
export function planReplicas(plan: Plan): readonly Replica[] {
  return plan.services.flatMap((service) =>
    Array.from({ length: plan.replicas[service.name] ?? 1 }, (_, replica) => ({
      service: service.name,
      replica,
      rpcPort: service.rpc ? plan.nextPort() : null,
      opsPort: plan.nextPort(),
      httpPort: service.name === GATEWAY ? plan.port + replica : null,
    })),
  );
}

export function planChildren(plan: Plan, replicas: readonly Replica[]): readonly Child[] {
  if (!plan.processes) return [{ name: ALL_IN_ONE, replicas }];
  return replicas.map((replica) => ({ name: `${replica.service}-${replica.replica}`, replicas: [replica] }));
}

/** Public addresses, in replica order. */
export const gatewaysOf = (replicas: readonly Replica[]): string[] =>
  replicas.flatMap(({ httpPort }) => (httpPort === null ? [] : [`http://127.0.0.1:${httpPort}`]));

/** What one replica reads from its environment, but for what it inherits. */
export function environmentOf(replica: Replica, all: readonly Replica[], infrastructure: Infrastructure): Variables {
  const database = infrastructure.databaseUrls[replica.service];
  return {
    FANFARE_ENV: 'development',
    OPS_HOST: '127.0.0.1',
    OPS_PORT: String(replica.opsPort),
    NATS_URL: infrastructure.natsUrl,
    REDIS_URL: infrastructure.redisUrl,
    NODE_NAME: `${replica.service}-${replica.replica}`,
    SHUTDOWN_TIMEOUT_MS: '8000',
    ...(database === undefined ? {} : { DATABASE_URL: database }),
    ...(replica.rpcPort === null ? {} : { GRPC_HOST: '127.0.0.1', GRPC_PORT: String(replica.rpcPort) }),
    ...(replica.httpPort === null ? {} : { HTTP_HOST: '127.0.0.1', HTTP_PORT: String(replica.httpPort) }),
    ...peerAddresses(all),
  };
}

/** `ECONOMY_RPC_URL=127.0.0.1:7102,127.0.0.1:7103`: every replica of every service that serves RPCs. */
function peerAddresses(all: readonly Replica[]): Variables {
  const addresses: Record<string, string> = {};
  for (const { service, rpcPort } of all) {
    if (rpcPort === null) continue;
    const name = `${service.toUpperCase().replaceAll('-', '_')}_RPC_URL`;
    const before = addresses[name];
    addresses[name] = `${before === undefined ? '' : `${before},`}127.0.0.1:${rpcPort}`;
  }
  return addresses;
}
