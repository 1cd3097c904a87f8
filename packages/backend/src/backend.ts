/**
 * What every backend service is built of. A service says what it is and, given the opened base, how its own parts meet;
 * the order in which all of it starts and stops is decided here, once:
 *
 *   ops        first and last: whoever operates the service can ask whether it is ready, and why not, all the while
 *   database   before everything that reads at its start
 *   clients    connect when they are first called; they have only to outlive their callers
 *   bus, relay, expected streams
 *   own parts  may read the database, call and listen to the bus as they start
 *   scheduler, consumers
 *              bring work from inside, which may need any of the own parts
 *   rpc        last: nobody outside is answered by half a service
 *
 * It stops the other way round. So calls end first, then what works on its own, and the relay still publishes what the
 * last of them committed.
 */
import { type Database, openDatabase } from '@fanfare/database';
import {
  type Addresses,
  type Clock,
  closing,
  composeService,
  createLogger,
  createMetrics,
  type Definition,
  type Handlers,
  type Logger,
  opsServer,
  type Part,
  rpcServer,
  type Service,
  type serverFields,
  systemClock,
  tlsFilesOf,
} from '@fanfare/kit';
import type { BackendManifest } from '@fanfare/kit/manifest';
import { type ScheduledJob, scheduler } from '@fanfare/kit/schedule';
import { type Bus, type Consumer, consumers, openBroker, type Relay } from '@fanfare/messaging';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import { expectedStreams } from './expected-streams.ts';
import { connect, type Peer, type PeerCalls, type Peers } from './peers.ts';

/** What a service is, before anything is opened. */
export interface Description {
  /** Its name is that of its database, its stream, its logs and its metrics. */
  readonly manifest: BackendManifest;
  /** The service of its proto. */
  readonly contract: Definition;
  readonly prisma: new (options: { readonly adapter: ReturnType<Database['prismaAdapter']> }) => Prisma;
  /** Every service that the manifest says it calls. */
  readonly peers: Peers;
}

type Called<D extends Description> = D['manifest']['calls'][number];

/** What is needed here of a service's own generated client. */
interface Prisma {
  readonly $disconnect: () => Promise<void>;
}

/** What `serverFields` of kit has read. */
export type BackendConfig = Readonly<z.output<z.ZodObject<ReturnType<typeof serverFields<never>>>>>;

/** What tests replace. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** What a service's own parts are made of. Nothing of it has connected yet. */
export interface Base<D extends Description> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly database: Database;
  /** Over the same pool, for single statements. */
  readonly prisma: InstanceType<D['prisma']>;
  readonly bus: Bus;
  /** Its `wake` is called after every commit that announced something; consumers do so by themselves. */
  readonly relay: Relay;
  /** The RPCs of the services that it calls. */
  readonly peers: PeerCalls<D['peers']>;
}

/** How a service's own parts meet. */
export interface OwnParts<D extends Description> {
  readonly handlers: Handlers<D['contract']>;
  readonly consumers?: readonly Consumer[];
  readonly jobs?: readonly ScheduledJob[];
  /** In the order in which they start. */
  readonly parts?: readonly Part[];
}

export interface Backend extends Service {
  /** Where it serves its RPCs, known once it has started: of interest when port 0 was configured. */
  readonly rpcPort: () => number;
  /** Where it answers its operators, known like `rpcPort`. */
  readonly opsPort: () => number;
}

/**
 * Builds a service whose database has been migrated before. Nothing connects or listens until it is started.
 * @throws when only some of its TLS files are named, and in production when strangers could reach it without TLS
 */
export function backend<D extends Description>(
  description: D & { readonly peers: Readonly<Record<Called<D>, Peer>> },
  config: BackendConfig & Addresses<Called<D>>,
  overrides: Overrides,
  compose: (base: Base<D>) => OwnParts<D>,
): Backend {
  const { manifest, contract, prisma: Client } = description;
  const { name } = manifest;
  const { clock = systemClock, log = createLogger(name, config.LOG_LEVEL) } = overrides;
  const metrics = createMetrics(name);
  const tls = tlsFilesOf(config);
  const database = openDatabase({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, log });
  // What the description's constructor makes, which TypeScript takes for the least that every one makes.
  const prisma = new Client({ adapter: database.prismaAdapter() }) as InstanceType<D['prisma']>;
  const { bus, relay, stream } = openBroker({ service: name, config, log, metrics });
  const { clients, peers } = connect(description.peers, config, tls);
  const own = compose({ clock, log, metrics, database, prisma, bus, relay, peers });
  const { handlers, consumers: consuming = [], jobs = [], parts = [] } = own;
  const producers = [...new Set(consuming.map((consumer) => consumer.producer))];

  const { GRPC_HOST, GRPC_PORT, OPS_HOST, OPS_PORT } = config;
  const ops = opsServer({ host: OPS_HOST, port: OPS_PORT, metrics, problems: () => service.problems() });
  const rpc = rpcServer(contract, handlers, { service: name, host: GRPC_HOST, port: GRPC_PORT, tls, log, metrics });
  const service: Service = composeService(
    name,
    [
      ops,
      database,
      closing('prisma', () => prisma.$disconnect()),
      ...clients,
      bus,
      relay,
      expectedStreams({ bus, producers, stream, log }),
      ...parts,
      scheduler({ database, jobs, log, metrics, clock }),
      consumers({ service: name, bus, database, log, metrics, afterCommit: relay.wake }, consuming),
      rpc,
    ],
    { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS },
  );
  return { ...service, rpcPort: rpc.port, opsPort: ops.port };
}
