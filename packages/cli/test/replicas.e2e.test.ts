import { eventually } from '@fanfare/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fanfare, type Platform, privatePlatform } from '../src/private-platform.ts';
import { giftSuite } from './gift-suite.ts';
import { pointsSuite } from './points-suite.ts';
import { refusalSuite } from './refusal-suite.ts';
import { accepted, openScene } from './scene.ts';
import { walletSuite } from './wallet-suite.ts';

let running: Platform;
let gateways: readonly string[];
let natsUrl: string;

beforeAll(async () => {
  running = privatePlatform();
  const status = await running.start('--processes', '--replicas', 'gateway=2,economy=2,gifting=2');
  gateways = status.gateways;
  natsUrl = status.infrastructure.nats.url;
  expect(gateways).toHaveLength(2);
});
afterAll(() => running?.remove());

describe('in a process each, with replicas', () => {
  giftSuite(() => gateways);
  refusalSuite(() => gateways);
  pointsSuite(
    () => gateways,
    () => natsUrl,
  );
  walletSuite(() => gateways);

  test('the demo ends well', async () => {
    const { code, stdout, stderr } = await fanfare('demo', '--data-dir', running.dataDir);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('trial balance: {"coin":"0.00","diamond":"0.00","point":"0.00"}');
  });

  test('gifting killed between the ledger commit and the gift row: both follow, once', async () => {
    const { stage, order } = await openScene(gateways);
    const { infrastructure, services } = (await running.status()).status;
    const client = new pg.Client({ connectionString: databaseOf(infrastructure.postgres.url, 'gifting') });
    await client.connect();
    try {
      // Nobody can write the row while this transaction lasts, so the kill hits between commit and row for certain.
      await client.query('begin; lock table sent_gifts in access exclusive mode');
      const gift = order();
      const ack = accepted(await stage.guestSocket.send('gift.send', gift));
      for (const { name, pid } of services) if (name === 'gifting' && pid !== null) process.kill(pid, 'SIGKILL');
      expect(stage.hostSocket.of('gift.sent')).toEqual([]);
      await client.query('rollback');
      await eventually(() => {
        expect(stage.hostSocket.of('gift.sent').map(({ data }) => data['id'])).toEqual([gift['id']]);
      }, 30_000);
      await eventually(async () => expect((await running.status()).status.ready).toBe(true), 30_000);
      const { items } = await stage.host.client.gifts.listRoomGifts(stage.roomId);
      expect(items.map(({ id }) => id)).toEqual([gift['id']]);
      expect(accepted(await stage.guestSocket.send('gift.send', gift))).toEqual(ack);
    } finally {
      await client.end();
      stage.close();
    }
  });
});

function databaseOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
