/** The economy service: the only file that knows how its parts meet. */
import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { openDatabase } from '@fanfare/database';
import {
  closing,
  composeService,
  createLogger,
  createMetrics,
  type Logger,
  opsServer,
  rpcServer,
  type Service,
  tlsFilesOf,
} from '@fanfare/kit';
import { openBus, outboxRelay } from '@fanfare/messaging';
import type { Config } from './config.ts';
import { createEngine } from './engine.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { refusalPruner } from './prune-refusals.ts';
import { handlers } from './rpc.ts';
import { createStore } from './store.ts';

export interface Deps {
  readonly log: Logger;
}

export interface EconomyService extends Service {
  /** Of interest when port 0 was configured; known once it has started. */
  readonly rpcPort: () => number;
  readonly opsPort: () => number;
}

export async function createEconomyService(config: Config, overrides: Partial<Deps> = {}): Promise<EconomyService> {
  const log = overrides.log ?? createLogger('economy', config.LOG_LEVEL);
  const metrics = createMetrics('economy');
  const databaseUrl = config.DATABASE_URL;
  const database = openDatabase({ url: databaseUrl, poolSize: config.DATABASE_POOL_SIZE, log });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  const bus = openBus({
    url: config.NATS_URL,
    name: 'economy',
    credsFile: config.NATS_CREDS_FILE,
    tlsCaFile: config.NATS_TLS_CA_FILE,
    log,
  });
  const relay = outboxRelay({
    service: 'economy',
    databaseUrl,
    bus,
    log,
    metrics,
    stream: { replicas: config.NATS_REPLICAS, maxBytes: config.NATS_STREAM_BYTES },
  });
  const engine = createEngine({ databaseUrl, queueSize: config.LEDGER_QUEUE_SIZE, log, metrics, onPosted: relay.wake });
  const rpc = rpcServer(
    EconomyServiceService,
    handlers({ engine, store: createStore(prisma, database), database, config }),
    {
      service: 'economy',
      host: config.GRPC_HOST,
      port: config.GRPC_PORT,
      tls: tlsFilesOf(config),
      log,
      metrics,
    },
  );
  const ops = opsServer({
    host: config.OPS_HOST,
    port: config.OPS_PORT,
    metrics,
    problems: () => service.problems(),
  });
  const service = composeService(
    'economy',
    [
      database,
      closing('prisma', () => prisma.$disconnect()),
      bus,
      relay,
      engine,
      refusalPruner(database, log),
      rpc,
      ops,
    ],
    { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS },
  );
  return { ...service, rpcPort: rpc.port, opsPort: ops.port };
}
