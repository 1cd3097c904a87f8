/** What a gift promises to clients, by plain sockets and REST; runs against every way to start the platform. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@fanfare/client';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ack, administrator, connect, joinRoom, openStage, register, type Stage } from './people.ts';

/** @param urls of the gateways; the host uses the first, the guest the last */
export function giftSuite(urls: () => readonly string[]): void {
  let first: string;
  let last: string;
  let admin: Client;
  let stage: Stage;
  let giftId: number;
  let price: number;

  beforeAll(async () => {
    const all = urls();
    first = all[0] as string;
    last = all.at(-1) as string;
    admin = await administrator(first);
    const [gift] = await admin.gifts.list();
    if (gift === undefined) throw new Error('the catalogue is empty');
    giftId = gift.id;
    price = Number(gift.price);
    stage = await openStage(first, last, admin, '1000.00');
  });
  afterAll(() => stage?.close());

  const order = (more: object = {}): Record<string, unknown> => ({
    id: randomUUID(),
    roomId: stage.roomId,
    giftId,
    quantity: 1,
    recipientIds: [stage.host.userId],
    ...more,
  });
  const accepted = (ack: Ack): Readonly<Record<string, unknown>> => {
    if (!ack.ok) throw new Error(`refused: ${JSON.stringify(ack.error)}`);
    return ack.data;
  };
  const money = (amount: number): string => amount.toFixed(2);

  describe('a gift', () => {
    test('is acked whole, shown to everybody in the room, and moves both wallets', async () => {
      const before = await stage.guest.client.wallet.balances();
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
      const { sums } = await admin.admin.trialBalance();
      expect(sums).toEqual({ coin: '0.00', diamond: '0.00', point: '0.00' });
    });

    test('sent a hundred times at once under one id is one gift and a hundred equal answers', async () => {
      const before = await admin.admin.trialBalance();
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
      expect((await admin.admin.trialBalance()).journals).toBe(before.journals + 2);
      const { items } = await stage.host.client.rooms.gifts(stage.roomId);
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

  describe('a refused gift says why and changes nothing', () => {
    const cases: readonly [title: string, change: () => object, reason: string, more?: object][] = [
      ['an unknown gift', () => ({ giftId: 999_999_999 }), 'GIFT_NOT_FOUND'],
      ['quantity 0', () => ({ quantity: 0 }), 'INVALID_ARGUMENT'],
      ['quantity -1', () => ({ quantity: -1 }), 'INVALID_ARGUMENT'],
      ['quantity 1e9', () => ({ quantity: 1e9 }), 'INVALID_ARGUMENT'],
      ['no recipient', () => ({ recipientIds: [] }), 'INVALID_ARGUMENT'],
      [
        'a recipient named twice',
        () => ({ recipientIds: [stage.host.userId, stage.host.userId] }),
        'RECIPIENT_REPEATED',
      ],
      ['oneself as recipient', () => ({ recipientIds: [stage.guest.userId] }), 'GIFT_TO_SELF'],
      ['a recipient who is not in the room', () => ({ recipientIds: [1] }), 'RECIPIENT_NOT_IN_ROOM'],
      ['a price that has moved', () => ({ expectedPrice: '0.01' }), 'PRICE_CHANGED'],
      ['an unknown room', () => ({ roomId: 999_999_999 }), 'ROOM_NOT_FOUND'],
      ['text as an id', () => ({ giftId: 'rose' }), 'INVALID_ARGUMENT'],
      ['too many coins', () => ({ quantity: 9999 }), 'INSUFFICIENT_FUNDS'],
    ];

    test.for(cases)('%s', async ([, change, reason]) => {
      const before = await admin.admin.trialBalance();
      const ack = await stage.guestSocket.send('gift.send', order(change()));
      expect(ack).toMatchObject({ ok: false, error: { reason, retryable: false, requestId: expect.any(String) } });
      expect(await admin.admin.trialBalance()).toEqual(before);
    });

    test('insufficient funds tell what is required and what is available', async () => {
      const { coin } = await stage.guest.client.wallet.balances();
      const ack = await stage.guestSocket.send('gift.send', order({ quantity: 9999 }));
      const required = money(9999 * price);
      expect(ack).toMatchObject({
        ok: false,
        error: {
          kind: 'failed_precondition',
          reason: 'INSUFFICIENT_FUNDS',
          message: `Insufficient funds. Required: ${required}, Available: ${coin}`,
          details: { required, available: coin },
        },
      });
    });

    test('payloads that are no object at all', async () => {
      for (const payload of [null, 7, 'gift', [], [[]], { id: {} }]) {
        expect(await stage.guestSocket.send('gift.send', payload)).toMatchObject({ ok: false });
      }
    });

    test('the same id with another intent names the field that differs', async () => {
      const gift = order();
      accepted(await stage.guestSocket.send('gift.send', gift));
      const ack = await stage.guestSocket.send('gift.send', { ...gift, quantity: 2 });
      expect(ack).toMatchObject({ ok: false, error: { reason: 'ID_REUSED', details: { field: 'quantity' } } });
    });
  });

  describe('who may not send', () => {
    test('a blocked sender is out of the room at once, and may not come back', async () => {
      const other = await openStage(first, last, admin, '100.00');
      await other.host.client.rooms.block(other.roomId, other.guest.userId, 'spam');
      const gift = order({ roomId: other.roomId, recipientIds: [other.host.userId] });
      const ack = await other.guestSocket.send('gift.send', gift);
      expect(ack).toMatchObject({ ok: false, error: { reason: 'SENDER_BLOCKED' } });
      await expect(other.guest.client.rooms.join(other.roomId)).rejects.toMatchObject({ code: 'USER_BLOCKED' });
      expect((await other.guest.client.wallet.balances()).coin).toBe('100.00');
      other.close();
    });

    test('nobody sends into a closed room', async () => {
      const other = await openStage(first, last, admin, '100.00');
      await other.host.client.rooms.close(other.roomId);
      const ack = await other.guestSocket.send('gift.send', order({ roomId: other.roomId }));
      expect(ack).toMatchObject({ ok: false, error: { reason: 'ROOM_CLOSED' } });
      other.close();
    });

    test('a gift that was accepted stays accepted when its room has closed since', async () => {
      const other = await openStage(first, last, admin, '100.00');
      const gift = order({ roomId: other.roomId, recipientIds: [other.host.userId] });
      const once = accepted(await other.guestSocket.send('gift.send', gift));
      await other.host.client.rooms.close(other.roomId);
      expect(accepted(await other.guestSocket.send('gift.send', gift))).toEqual(once);
      other.close();
    });

    test('forged, foreign and missing tokens are refused at the door', async () => {
      const [head, body] = stage.guest.token.split('.');
      const forged = `${head}.${body}.${'A'.repeat(86)}`;
      for (const auth of [{}, { token: '' }, { token: 'x' }, { token: forged, v: 1 }]) {
        await expect(connect(first, auth)).rejects.toMatchObject({ data: { code: expect.any(Number) } });
      }
      await expect(connect(first, { token: stage.guest.token, v: 99 })).rejects.toMatchObject({
        data: { code: expect.toSatisfy((code: number) => code >= 4500 && code <= 4999) },
      });
      const response = await fetch(`${first}/api/v1/me`, { headers: { authorization: `Bearer ${forged}` } });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ success: false, kind: 'unauthenticated', errors: null });
    });

    test("a room token of somebody else's opens nothing", async () => {
      const stranger = await register(first);
      const { token } = await stage.guest.client.rooms.join(stage.roomId);
      const raw = await connect(first, { token: stranger.token, v: 1 });
      expect(await raw.send('room.join', { token })).toMatchObject({ ok: false });
      expect(await raw.send('room.join', { token: 'x' })).toMatchObject({ ok: false });
      raw.socket.disconnect();
    });

    test('an oversized message ends its own connection and no other', async () => {
      const raw = await connect(last, { token: stage.guest.token, v: 1 });
      const gone = new Promise((resolve) => raw.socket.once('disconnect', resolve));
      raw.socket.emit('chat.send', { id: '1', roomId: stage.roomId, text: 'x'.repeat(4_000_000) });
      await gone;
      accepted(await stage.guestSocket.send('gift.send', order()));
    });
  });

  describe('a client that comes back', () => {
    test('gets exactly what it missed, in order, on another gateway too', async () => {
      const watcher = await register(first);
      const { token } = await watcher.client.rooms.join(stage.roomId);
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
      const { token } = await stage.guest.client.rooms.join(stage.roomId);
      const ack = accepted(await raw.send('room.join', { token, off: 'bm9uc2Vuc2U' }));
      expect(ack).toMatchObject({ recovered: false, room: { id: stage.roomId } });
      raw.socket.disconnect();
    });
  });
}
