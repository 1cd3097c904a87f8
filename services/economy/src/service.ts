/** The economy service: the only file that knows how its parts meet. */
import { type Backend, backend, type Description, knownUsers, type Overrides } from '@fanfare/backend';
import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { manifest } from '../manifest.ts';
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

const economy = {
  manifest,
  contract: EconomyServiceService,
  prisma: PrismaClient,
  peers: { identity: { contract: IdentityServiceService } },
} as const satisfies Description;

export async function createEconomyService(config: Config, overrides: Overrides = {}): Promise<Backend> {
  return backend(economy, config, overrides, ({ clock, log, metrics, database, prisma, relay, peers }) => {
    const engine = createEngine({
      connect: () => openLedgerSession(config.DATABASE_URL),
      queueSize: config.LEDGER_QUEUE_SIZE,
      log,
      metrics,
      onPosted: relay.wake,
    });
    const users = knownUsers({
      service: 'economy',
      sql: database,
      identity: peers.identity,
      notFound: errors.USER_NOT_FOUND,
    });
    const points = {
      engine,
      caps: { viewer: config.POINTS_VIEWER_DAILY_CAP, creator: config.POINTS_CREATOR_DAILY_CAP },
      clock,
      log,
      metrics: pointMetrics(metrics),
    };
    return {
      handlers: handlers({ engine, database, prisma, config, users }),
      consumers: [onUserRegistered, onEngagementRecorded(points), onPayment(engine)],
      jobs: [expireHolds(engine), finishCoinRequests({ engine, database }, log), ...pruneJobs],
      parts: [engine, viewMerger({ database, clock, log, wake: relay.wake })],
    };
  });
}
