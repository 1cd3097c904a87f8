/** The economy service: the only file that knows how its parts meet. */
import { expectedStreams, knownUsers } from '@fanfare/backend';
import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { openDatabase } from '@fanfare/database';
import {
  type Clock,
  closing,
  composeService,
  createLogger,
  createMetrics,
  type Logger,
  opsServer,
  rpcClient,
  rpcServer,
  type Service,
  systemClock,
  tlsFilesOf,
} from '@fanfare/kit';
import { scheduler } from '@fanfare/kit/schedule';
import { consumers, openBroker } from '@fanfare/messaging';
import { finishCoinRequests } from './coin-requests/finish-unfinished.ts';
import type { Config } from './config.ts';
import { errors } from './errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { onUserRegistered } from './on-user-registered.ts';
import { onPayment } from './payments/on-payment.ts';
import { viewMerger } from './points/merge-views.ts';
import { pointMetrics } from './points/metrics.ts';
import { onEngagementRecorded } from './points/on-engagement-recorded.ts';
import { createEngine } from './posting/engine.ts';
import { expireHolds } from './posting/expire-holds.ts';
import { openLedgerSession } from './posting/ledger-session.ts';
import { pruneJobs } from './posting/prune-jobs.ts';
import { handlers } from './rpc.ts';

/** Services whose events are consumed here, and which may start after this one. */
const PRODUCERS = ['identity', 'social', 'billing'];

export interface Deps {
  readonly log: Logger;
  readonly clock: Clock;
}

export interface EconomyService extends Service {
  /** Of interest when port 0 was configured; known once it has started. */
  readonly rpcPort: () => number;
  readonly opsPort: () => number;
}

export async function createEconomyService(config: Config, overrides: Partial<Deps> = {}): Promise<EconomyService> {
  const log = overrides.log ?? createLogger('economy', config.LOG_LEVEL);
  const clock = overrides.clock ?? systemClock;
  const metrics = createMetrics('economy');
  const databaseUrl = config.DATABASE_URL;
  const database = openDatabase({ url: databaseUrl, poolSize: config.DATABASE_POOL_SIZE, log });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  const { bus, relay, stream } = openBroker({ service: 'economy', config, log, metrics });
  const engine = createEngine({
    connect: () => openLedgerSession(databaseUrl),
    queueSize: config.LEDGER_QUEUE_SIZE,
    log,
    metrics,
    onPosted: relay.wake,
  });
  const tls = tlsFilesOf(config);
  const identity = rpcClient(IdentityServiceService, { name: 'identity', address: config.IDENTITY_RPC_URL, tls });
  const users = knownUsers({
    service: 'economy',
    sql: database,
    identity: identity.call,
    notFound: errors.USER_NOT_FOUND,
  });
  const rpc = rpcServer(EconomyServiceService, handlers({ engine, database, prisma, config, users }), {
    service: 'economy',
    host: config.GRPC_HOST,
    port: config.GRPC_PORT,
    tls,
    log,
    metrics,
  });
  const points = {
    engine,
    caps: { viewer: config.POINTS_VIEWER_DAILY_CAP, creator: config.POINTS_CREATOR_DAILY_CAP },
    clock,
    log,
    metrics: pointMetrics(metrics),
  };
  const consuming = { service: 'economy', bus, database, log, metrics, afterCommit: relay.wake };
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
      identity,
      expectedStreams({ bus, producers: PRODUCERS, stream, log }),
      engine,
      scheduler({
        database,
        jobs: [expireHolds(engine), finishCoinRequests({ engine, database }, log), ...pruneJobs],
        log,
        metrics,
        clock,
      }),
      consumers(consuming, [onUserRegistered, onEngagementRecorded(points), onPayment(engine)]),
      viewMerger({ database, clock, log, wake: relay.wake }),
      rpc,
      ops,
    ],
    { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS },
  );
  return { ...service, rpcPort: rpc.port, opsPort: ops.port };
}
