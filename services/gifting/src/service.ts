/** The gifting service: the only file that knows how its parts meet. */
import { type Backend, type Base, backend, type Description, knownUsers, type Overrides } from '@fanfare/backend';
import { EconomyServiceService, type PostCommand, type Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { type GiftCheck, RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { AppError } from '@fanfare/kit';
import { manifest } from '../manifest.ts';
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

const gifting = {
  manifest,
  contract: GiftingServiceService,
  prisma: PrismaClient,
  peers: {
    identity: { contract: IdentityServiceService },
    // A batch is sent again by ledgerPost, with the time that is left.
    economy: { contract: EconomyServiceService, once: ['postBatch'] },
    rooms: { contract: RoomsServiceService },
  },
} as const satisfies Description;

export async function createGiftingService(config: Config, overrides: Overrides = {}): Promise<Backend> {
  return backend(gifting, config, overrides, (base) => {
    const { clock, log, database, prisma, bus, relay, peers } = base;
    const metrics = giftMetrics(base.metrics);
    const store = catalogueStore(prisma);
    const refreshMs = config.CATALOGUE_REFRESH_MS;
    const catalogue = openCatalogue({ readAll: store.readGifts, readOne: store.readGift, bus, log, refreshMs });
    const combos = openCombos({
      sql: database,
      windowMs: config.COMBO_WINDOW_MS,
      queueLimit: config.GIFT_QUEUE_LIMIT,
      clock,
      log,
      onBatch: (waited) => metrics.batch('combos', waited),
    });
    const users = knownUsers({
      service: 'gifting',
      sql: database,
      identity: peers.identity,
      notFound: errors.USER_NOT_FOUND,
    });
    const split = { version: config.GIFT_SPLIT_VERSION, recipientBasisPoints: config.GIFT_RECIPIENT_BASIS_POINTS };
    const sending = { catalogue, combos, users, split, ...askingPeers(base, metrics, config.GIFT_QUEUE_LIMIT) };
    return {
      handlers: handlers({ database, relay, catalogue, sending, store, history: history(prisma), metrics, clock }),
      consumers: [onUserRegistered, onJournalPosted],
      parts: [catalogue, combos],
    };
  });
}

/** What a gift asks other services on its way, each through a coalescer of its own. */
function askingPeers({ peers, clock, log }: Base<typeof gifting>, metrics: GiftMetrics, queueLimit: number) {
  const checkRoom = coalescer<GiftCheck, AppError | null>({
    queueLimit,
    clock,
    run: roomCheck(peers.rooms.checkGifts),
    onBatch: (waited) => metrics.batch('rooms', waited),
  });
  const post = coalescer<PostCommand, Verdict>({
    queueLimit,
    clock,
    run: ledgerPost({ postBatch: peers.economy.postBatch, clock, log, onSentAgain: metrics.sentAgain }),
    onBatch: (waited) => metrics.batch('ledger', waited),
  });
  return { checkRoom, post };
}
