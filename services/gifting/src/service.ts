/** The gifting service: the only file that knows how its parts meet. */
import { expectedStreams, knownUsers } from '@fanfare/backend';
import { EconomyServiceService, type PostCommand, type Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { type GiftCheck, RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { openDatabase } from '@fanfare/database';
import {
  type AppError,
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
import { consumers, openBroker } from '@fanfare/messaging';
import { catalogue as openCatalogue } from './catalogue/catalogue.ts';
import { catalogueStore } from './catalogue/gift-store.ts';
import { coalescer } from './coalescer.ts';
import { combos as openCombos } from './combos/combos.ts';
import type { Config } from './config.ts';
import { errors } from './errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { history } from './history/history.ts';
import { onJournalPosted } from './history/on-journal-posted.ts';
import { type GiftMetrics, giftMetrics } from './metrics.ts';
import { onUserRegistered } from './on-user-registered.ts';
import { handlers } from './rpc.ts';
import { ledgerPost } from './sending/ledger-post.ts';
import { roomCheck } from './sending/room-check.ts';

export interface Deps {
  readonly log: Logger;
  readonly clock: Clock;
}

export interface GiftingService extends Service {
  /** Of interest when port 0 was configured; known once it has started. */
  readonly rpcPort: () => number;
  readonly opsPort: () => number;
}

export async function createGiftingService(config: Config, overrides: Partial<Deps> = {}): Promise<GiftingService> {
  const log = overrides.log ?? createLogger('gifting', config.LOG_LEVEL);
  const clock = overrides.clock ?? systemClock;
  const registry = createMetrics('gifting');
  const metrics = giftMetrics(registry);
  const database = openDatabase({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, log });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  const { bus, relay, stream } = openBroker({ service: 'gifting', config, log, metrics: registry });
  const store = catalogueStore(prisma);
  const catalogue = openCatalogue({
    readAll: store.readGifts,
    readOne: store.readGift,
    bus,
    log,
    refreshMs: config.CATALOGUE_REFRESH_MS,
  });
  const queueLimit = config.GIFT_QUEUE_LIMIT;
  const combos = openCombos({
    sql: database,
    windowMs: config.COMBO_WINDOW_MS,
    queueLimit,
    clock,
    log,
    onBatch: (waited) => metrics.batch('combos', waited),
  });
  const peers = connectPeers(config, { clock, log, metrics, queueLimit });
  const users = knownUsers({
    service: 'gifting',
    sql: database,
    identity: peers.identity.call,
    notFound: errors.USER_NOT_FOUND,
  });
  const split = { version: config.GIFT_SPLIT_VERSION, recipientBasisPoints: config.GIFT_RECIPIENT_BASIS_POINTS };
  const sending = { catalogue, combos, users, split, checkRoom: peers.checkRoom, post: peers.post };
  const deps = { database, relay, catalogue, sending, store, history: history(prisma), metrics, clock };
  const rpc = rpcServer(GiftingServiceService, handlers(deps), {
    service: 'gifting',
    host: config.GRPC_HOST,
    port: config.GRPC_PORT,
    tls: tlsFilesOf(config),
    log,
    metrics: registry,
  });
  const consuming = { service: 'gifting', bus, database, log, metrics: registry, afterCommit: relay.wake };
  const ops = opsServer({
    host: config.OPS_HOST,
    port: config.OPS_PORT,
    metrics: registry,
    problems: () => service.problems(),
  });
  const service = composeService(
    'gifting',
    [
      database,
      closing('prisma', () => prisma.$disconnect()),
      bus,
      relay,
      expectedStreams({ bus, producers: ['identity', 'economy'], stream, log }),
      catalogue,
      combos,
      ...peers.parts,
      consumers(consuming, [onUserRegistered, onJournalPosted]),
      rpc,
      ops,
    ],
    { log, shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS },
  );
  return { ...service, rpcPort: rpc.port, opsPort: ops.port };
}

interface PeerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: GiftMetrics;
  readonly queueLimit: number;
}

/** The services a gift asks on its way, each through a coalescer of its own. */
function connectPeers(config: Config, { clock, log, metrics, queueLimit }: PeerDeps) {
  const tls = tlsFilesOf(config);
  const economy = rpcClient(EconomyServiceService, {
    name: 'economy',
    address: config.ECONOMY_RPC_URL,
    tls,
    // Sent again by ledgerPost, with the time that is left.
    once: ['postBatch'],
  });
  const rooms = rpcClient(RoomsServiceService, { name: 'rooms', address: config.ROOMS_RPC_URL, tls });
  const identity = rpcClient(IdentityServiceService, { name: 'identity', address: config.IDENTITY_RPC_URL, tls });
  const checkRoom = coalescer<GiftCheck, AppError | null>({
    queueLimit,
    clock,
    run: roomCheck(rooms.call.checkGifts),
    onBatch: (waited) => metrics.batch('rooms', waited),
  });
  const post = coalescer<PostCommand, Verdict>({
    queueLimit,
    clock,
    run: ledgerPost({ postBatch: economy.call.postBatch, clock, log, onSentAgain: metrics.sentAgain }),
    onBatch: (waited) => metrics.batch('ledger', waited),
  });
  return { parts: [identity, economy, rooms], identity, checkRoom, post };
}
