import { randomUUID } from 'node:crypto';
import type { Environment, Service } from '@fanfare/kit';
import { memorySpans } from '@fanfare/kit/telemetry';
import { cloneDatabase, eventually, freePort, privateNats, privateRedis } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig as readEconomyConfig } from '../../../services/economy/src/config.ts';
import { createEconomyService } from '../../../services/economy/src/service.ts';
import { readConfig as readGatewayConfig } from '../../../services/gateway/src/config.ts';
import { createGatewayService } from '../../../services/gateway/src/service.ts';
import { readConfig as readGiftingConfig } from '../../../services/gifting/src/config.ts';
import { createGiftingService } from '../../../services/gifting/src/service.ts';
import { readConfig as readIdentityConfig } from '../../../services/identity/src/config.ts';
import { createIdentityService } from '../../../services/identity/src/service.ts';
import { readConfig as readRoomsConfig } from '../../../services/rooms/src/config.ts';
import { createRoomsService } from '../../../services/rooms/src/service.ts';
import { administrator, openStage } from './people.ts';

const services: Service[] = [];
const servers: { readonly stop: () => Promise<void> }[] = [];
let url: string;

/** The whole platform in this process, because that is where the spans are kept. */
beforeAll(async () => {
  const [nats, redis] = await Promise.all([privateNats(), privateRedis()]);
  servers.push(nats, redis);
  const ports = Object.fromEntries(
    await Promise.all(
      ['identity', 'economy', 'gifting', 'rooms', 'gateway'].map(async (name) => [name, await freePort()]),
    ),
  ) as Record<string, number>;
  const shared = {
    LOG_LEVEL: 'silent',
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
    OPS_PORT: '0',
    HTTP_PORT: String(ports['gateway']),
    ...Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [`${name.toUpperCase()}_RPC_URL`, `127.0.0.1:${port}`]),
    ),
  };
  const envOf = async (name: string): Promise<Environment> => ({
    ...shared,
    GRPC_PORT: String(ports[name]),
    DATABASE_URL: (await cloneDatabase(name)).url,
  });
  services.push(
    await createIdentityService(readIdentityConfig(await envOf('identity'))),
    await createEconomyService(readEconomyConfig(await envOf('economy'))),
    await createGiftingService(readGiftingConfig(await envOf('gifting'))),
    await createRoomsService(readRoomsConfig(await envOf('rooms'))),
    await createGatewayService(readGatewayConfig(shared)),
  );
  for (const service of services) await service.start();
  url = `http://127.0.0.1:${ports['gateway']}`;
});
afterAll(async () => {
  for (const service of services.reverse()) await service.stop();
  for (const server of servers) await server.stop();
});

test('one gift is one trace, from the socket over gRPC, PostgreSQL and NATS to the sockets of the room', async () => {
  const admin = await administrator(url);
  const { id: giftId } = await admin.admin.createGift({
    name: 'Rose',
    price: '1.00',
    category: 'classic',
    rarity: 'common',
  });
  const stage = await openStage(url, url, admin, '100.00');
  memorySpans.reset();
  const id = randomUUID();
  const gift = { id, roomId: stage.roomId, giftId, quantity: 1, recipientIds: [stage.host.userId] };
  expect(await stage.guestSocket.send('gift.send', gift)).toMatchObject({ ok: true });
  await eventually(() => expect(stage.hostSocket.of('gift.sent')).toHaveLength(1));

  const names = await eventually(() => {
    const spans = memorySpans.getFinishedSpans();
    const [start] = spans.filter(({ name }) => name === 'socket gift.send');
    const traceId = start?.spanContext().traceId;
    const found = spans.filter((span) => span.spanContext().traceId === traceId).map(({ name }) => name);
    expect(found).toEqual(
      expect.arrayContaining([
        'socket gift.send',
        'grpc.fanfare.gifting.v1.GiftingService/SendGift',
        'grpc.fanfare.rooms.v1.RoomsService/CheckGifts',
        'grpc.fanfare.economy.v1.EconomyService/PostBatch',
        'process evt.economy.journal.posted.v1',
        'translate evt.gifting.gift.sent.v1',
        'emit gift.sent',
      ]),
    );
    return found;
  });
  expect(names.some((name) => name.startsWith('pg.query'))).toBe(true);
  stage.close();
});
