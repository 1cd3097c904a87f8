import { events } from '@fanfare/contracts';
import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import {
  fakeClock,
  type Part,
  parseEnvironment,
  rpcClient,
  serverFields,
  silentLogger,
  systemCaller,
} from '@fanfare/kit';
import type { BackendManifest } from '@fanfare/kit/manifest';
import { defineConsumer, openBus } from '@fanfare/messaging';
import { cloneDatabase, eventually, privateNats, type RunningServer } from '@fanfare/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { backend, type OwnParts } from '../src/index.ts';

const manifest = {
  name: 'gifting',
  rpc: true,
  calls: ['economy'],
  database: { poolSize: 4 },
  publishes: { perSecond: 1, bytes: 600 },
  replicas: { least: 1, most: 1 },
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
} as const satisfies BackendManifest;

/** Gifting with one of its RPCs. */
const small = {
  manifest,
  contract: { getTotals: GiftingServiceService.getTotals },
  prisma: class {
    readonly $disconnect = async (): Promise<void> => {};
  },
  peers: { economy: { contract: EconomyServiceService } },
} as const;

const COINS = { currency: 'COIN', minor: 100n };

const getTotals: OwnParts<typeof small>['handlers']['getTotals'] = async () => ({ spent: COINS, received: undefined });

let nats: RunningServer;
let databaseUrl: string;
const opened: (() => unknown)[] = [];

beforeEach(async () => {
  const database = await cloneDatabase('gifting');
  nats = await privateNats();
  databaseUrl = database.url;
  opened.push(database.drop, nats.stop);
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function create(own: Partial<OwnParts<typeof small>> = {}, clock = fakeClock(new Date())) {
  const config = parseEnvironment('gifting', z.object(serverFields(manifest)), {
    DATABASE_URL: databaseUrl,
    NATS_URL: nats.url,
    GRPC_PORT: '0',
    OPS_PORT: '0',
  });
  const service = backend(small, config, { log: silentLogger, clock }, () => ({ handlers: { getTotals }, ...own }));
  opened.push(service.stop);
  const totals = async () => {
    const address = `127.0.0.1:${service.rpcPort()}`;
    const client = rpcClient(small.contract, { name: 'gifting', address, tls: null, deadlineMs: 500 });
    return client.call.getTotals({ userId: 7n }, { caller: systemCaller }).finally(client.stop);
  };
  const readiness = async () => (await fetch(`http://127.0.0.1:${service.opsPort()}/readyz`)).json();
  return { service, totals, readiness };
}

/** A part that starts and stops when the test says so. */
function slowPart() {
  const entered = { start: Promise.withResolvers<void>(), stop: Promise.withResolvers<void>() };
  const released = { start: Promise.withResolvers<void>(), stop: Promise.withResolvers<void>() };
  const pass = (when: 'start' | 'stop') => async () => {
    entered[when].resolve();
    await released[when].promise;
  };
  const part: Part = { name: 'slow', start: pass('start'), stop: pass('stop') };
  return { part, entered, released };
}

it('answers its operators all the while, and callers once everything has started and until it stops', async () => {
  const { part, entered, released } = slowPart();
  const { service, totals, readiness } = create({ parts: [part] });
  const started = service.start();
  await entered.start.promise;
  expect(await readiness()).toEqual({ ready: false, problems: ['gifting is starting'] });
  await expect(totals()).rejects.toThrow();
  released.start.resolve();
  await started;
  expect(await readiness()).toEqual({ ready: true, problems: [] });
  expect(await totals()).toMatchObject({ spent: COINS });
  const stopped = service.stop();
  await entered.stop.promise;
  expect(await readiness()).toEqual({ ready: false, problems: ['gifting is stopping'] });
  await expect(totals()).rejects.toThrow();
  released.stop.resolve();
  await stopped;
  await expect(readiness()).rejects.toThrow();
});

it('makes the streams that its consumers read, also of a producer that has not started yet', async () => {
  const onRegistered = defineConsumer({
    durable: 'gifting-user',
    event: events.userRegistered,
    handleBatch: async () => {},
  });
  const { service } = create({ consumers: [onRegistered] });
  await service.start();
  const bus = openBus({ url: nats.url, name: 'test', log: silentLogger });
  await bus.start?.();
  opened.push(() => bus.stop?.());
  await eventually(async () => (await bus.manager()).streams.info('EVT_IDENTITY'));
});

it('runs its jobs by the clock it was given', async () => {
  const ticks: Date[] = [];
  const clock = fakeClock(new Date('2026-11-21T12:00:30Z'));
  const run = async ({ tick }: { readonly tick: Date }): Promise<'done'> => {
    ticks.push(tick);
    return 'done';
  };
  const { service } = create(
    { jobs: [{ name: 'count', cron: '* * * * *', timeZone: 'UTC', catchUp: 'once', run }] },
    clock,
  );
  await service.start();
  clock.advance(30_000);
  await eventually(() => expect(ticks).toEqual([new Date('2026-11-21T12:01:00Z')]));
});
