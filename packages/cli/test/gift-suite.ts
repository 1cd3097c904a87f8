/** What a gift promises to clients, by plain sockets and REST; runs against every way to start the platform. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@fanfare/client';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, joinRoom, register, type Stage } from './people.ts';
import { accepted, money, openScene, type Scene } from './scene.ts';

/** @param urls of the gateways */
export function giftSuite(urls: () => readonly string[]): void {
  let first: string;
  let last: string;
  let admin: Client;
  let stage: Stage;
  let giftId: number;
  let price: number;
  let order: Scene['order'];

  beforeAll(async () => {
    ({ first, last, admin, stage, giftId, price, order } = await openScene(urls()));
  });
  afterAll(() => stage?.close());

  describe('a gift', () => {
    test('is acked whole, shown to everybody in the room, and moves both wallets', async () => {
      const before = (await stage.guest.client.wallet.getWallet()).balances;
      const gift = order({ quantity: 2 });
      const ack = accepted(await stage.guestSocket.send('gift.send', gift));
      const coins = money(Number(before.coin) - 2 * price);
      expect(ack).toEqual({
        id: gift['id'],
        roomId: stage.roomId,
        senderId: stage.guest.userId,
        recipientIds: [stage.host.userId],
        giftId,
        quantity: 2,
        price: money(price),
        totalCost: money(2 * price),
        comboId: null,
        comboCount: 1,
        sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        balances: { coin: coins, diamond: before.diamond, point: before.point },
      });
      for (const socket of [stage.hostSocket, stage.guestSocket]) {
        const shown = await eventually(() => {
          const [event] = socket.of('gift.sent').filter(({ data }) => data['id'] === gift['id']);
          if (event === undefined) throw new Error('gift.sent has not arrived');
          return event;
        });
        expect(shown.data).toEqual({
          id: gift['id'],
          room_id: stage.roomId,
          sender_id: stage.guest.userId,
          recipient_ids: [stage.host.userId],
          gift_id: giftId,
          quantity: 2,
          price: money(price),
          total_cost: money(2 * price),
          combo_id: null,
          combo_count: 1,
          sent_at: ack['sentAt'],
        });
        expect(shown.position).toEqual({ ch: `room.${stage.roomId}`, off: expect.any(String) });
      }
      await eventually(() => {
        expect(stage.guestSocket.of('balance.updated').at(-1)?.data).toEqual({
          coins,
          diamonds: '0.00',
          points: '0.00',
        });
        expect(stage.hostSocket.of('balance.updated').at(-1)?.data).toMatchObject({ diamonds: money(price) });
      });
      expect(stage.guestSocket.of('balance.updated').at(-1)?.position.ch).toBe(`user.${stage.guest.userId}`);
      const { sums } = await admin.admin.getTrialBalance();
      expect(sums).toEqual({ coin: '0.00', diamond: '0.00', point: '0.00' });
    });

    test('sent a hundred times at once under one id is one gift and a hundred equal answers', async () => {
      const before = await admin.admin.getTrialBalance();
      const gift = order();
      const attempts = Array.from({ length: 100 }, () => stage.guestSocket.send('gift.send', gift));
      const answers = (await Promise.all(attempts)).map(accepted);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      // A gift after it shows that nothing of the first is still under way.
      const next = order();
      accepted(await stage.guestSocket.send('gift.send', next));
      const ids = await eventually(() => {
        const seen = stage.hostSocket.of('gift.sent').map(({ data }) => data['id']);
        expect(seen).toContain(next['id']);
        return seen;
      });
      expect(ids.filter((id) => id === gift['id'])).toHaveLength(1);
      expect((await admin.admin.getTrialBalance()).journals).toBe(before.journals + 2);
      const { items } = await stage.host.client.gifts.listRoomGifts(stage.roomId);
      expect(items.filter(({ id }) => id === gift['id'])).toHaveLength(1);
    });

    test('of a combo counts up', async () => {
      const counts: unknown[] = [];
      for (let tap = 0; tap < 3; tap += 1) {
        counts.push(accepted(await stage.guestSocket.send('gift.send', order({ comboId: 'c1' })))['comboCount']);
      }
      expect(counts).toEqual([1, 2, 3]);
    });

    test('by REST under an Idempotency-Key is the same gift as by socket under that id', async () => {
      const gift = order();
      const bySocket = accepted(await stage.guestSocket.send('gift.send', gift));
      const { id: key, roomId, ...body } = gift;
      const response = await fetch(`${first}/api/v1/rooms/${roomId}/gifts`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stage.guest.token}`,
          'content-type': 'application/json',
          'idempotency-key': String(key),
        },
        body: JSON.stringify(body),
      });
      expect(response.headers.get('idempotency-key')).toBe(key);
      expect(await response.json()).toMatchObject({ success: true, data: bySocket });
    });
  });

  describe('a client that comes back', () => {
    test('gets exactly what it missed, in order, on another gateway too', async () => {
      const watcher = await register(first);
      const { token } = await watcher.client.rooms.joinRoom(stage.roomId);
      const before = await connect(first, { token: watcher.token, v: 1 });
      const joined = accepted(await before.send('room.join', { token }));
      expect(joined).toMatchObject({
        ch: `room.${stage.roomId}`,
        recovered: false,
        room: { id: stage.roomId },
        messages: expect.any(Array),
        participants: expect.any(Array),
        seats: expect.any(Array),
      });
      before.socket.disconnect();

      const missed = Array.from({ length: 5 }, (_, i) => `missed ${i}`);
      for (const text of missed) {
        accepted(await stage.guestSocket.send('chat.send', { id: randomUUID(), roomId: stage.roomId, text }));
      }
      await eventually(() => {
        expect(stage.hostSocket.of('chat.message').map(({ data }) => data['text'])).toEqual(missed);
      });
      const after = await connect(last, { token: watcher.token, v: 1 });
      const rejoined = accepted(await after.send('room.join', { token, off: joined['off'] }));
      expect(rejoined).toEqual({ ch: `room.${stage.roomId}`, off: expect.any(String), recovered: true });
      await eventually(() => {
        expect(after.of('chat.message').map(({ data }) => data['text'])).toEqual(missed);
      });
      after.socket.disconnect();
    });

    test('with a position that means nothing is told to load again, and nothing is replayed', async () => {
      const raw = await joinRoom(first, stage.guest, stage.roomId);
      const { token } = await stage.guest.client.rooms.joinRoom(stage.roomId);
      const ack = accepted(await raw.send('room.join', { token, off: 'bm9uc2Vuc2U' }));
      expect(ack).toMatchObject({ recovered: false, room: { id: stage.roomId } });
      raw.socket.disconnect();
    });
  });
}
