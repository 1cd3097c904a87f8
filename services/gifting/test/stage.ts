/** Gifting on real PostgreSQL and NATS, with its two peers reduced to what a test decides. */
import type { Backend } from '@fanfare/backend';
import { events } from '@fanfare/contracts';
import type { GiftSent } from '@fanfare/contracts/gifting/event/v1/gifting_events';
import { type Gift, GiftingServiceService, SendGiftRequest } from '@fanfare/contracts/gifting/v1/gifting_service';
import { rpcClient, silentLogger, systemCaller, userCaller } from '@fanfare/kit';
import { decodeBody, ensureStream, openBus } from '@fanfare/messaging';
import { cloneDatabase, privateNats } from '@fanfare/testing';
import { smallIdentity } from '@fanfare/testing/small-identity';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { createGiftingService } from '../src/service.ts';
import { startSmallLedger } from './small-ledger.ts';
import { startSmallRooms } from './small-rooms.ts';

export async function openStage(replicas = 1) {
  const [nats, database] = await Promise.all([privateNats(), cloneDatabase('gifting')]);
  const bus = openBus({ url: nats.url, name: 'test', log: silentLogger });
  await bus.start?.();
  await ensureStream(bus, 'economy');
  const [ledger, rooms, identity] = await Promise.all([startSmallLedger(bus), startSmallRooms(), smallIdentity()]);
  const announced: GiftSent[] = [];
  bus.connection.subscribe(events.giftSent.subject, {
    callback: (_error, message) => {
      announced.push(decodeBody(events.giftSent, message.string()));
    },
  });

  const config = readConfig({
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    GRPC_PORT: '0',
    OPS_PORT: '0',
    IDENTITY_RPC_URL: identity.address,
    ECONOMY_RPC_URL: ledger.address,
    ROOMS_RPC_URL: rooms.address,
  });
  const services: Backend[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    const service = await createGiftingService(config, { log: silentLogger });
    await service.start();
    services.push(service);
  }
  const clients = services.map((service) =>
    rpcClient(GiftingServiceService, { name: 'gifting', address: `127.0.0.1:${service.rpcPort()}`, tls: null }),
  );
  const call = (replica = 0) => {
    const client = clients[replica];
    if (client === undefined) throw new Error(`there is no replica ${replica}`);
    return client.call;
  };
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();

  return {
    ledger,
    rooms,
    identity,
    sql,
    announced,
    call,
    send: (senderId: bigint, request: Partial<SendGiftRequest>, replica = 0, deadlineMs = 5000) =>
      call(replica).sendGift(SendGiftRequest.fromPartial(request), { caller: userCaller(senderId), deadlineMs }),
    createGift: async (gift: Partial<Gift>): Promise<Gift> => {
      const full: Gift = { ...rose, ...gift };
      const { gift: made } = await call().createGift({ gift: full }, { caller: systemCaller });
      if (made === undefined) throw new Error('no gift came back');
      return made;
    },
    count: async (table: string): Promise<number> => {
      const { rows } = await sql.query<{ count: string }>(`select count(*) from ${table}`);
      return Number(rows[0]?.count);
    },
    close: async () => {
      for (const client of clients) await client.stop?.();
      for (const service of services) await service.stop();
      await Promise.all([ledger.stop(), rooms.stop(), identity.stop(), sql.end(), bus.stop?.()]);
      await nats.stop();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export const rose: Gift = {
  id: 0n,
  name: 'Rose',
  price: { currency: 'COIN', minor: 100n },
  category: 'flowers',
  rarity: 'common',
  wealthXpMultiplier: 1,
  charmXpMultiplier: 1.25,
  isActive: true,
};
