/** Who and what is refused, how that is said, and that nothing has changed then. */
import type { Client } from '@fanfare/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, openStage, register, type Stage } from './people.ts';
import { accepted, money, openScene, type Scene } from './scene.ts';

/** @param urls of the gateways */
export function refusalSuite(urls: () => readonly string[]): void {
  let first: string;
  let last: string;
  let admin: Client;
  let stage: Stage;
  let price: number;
  let order: Scene['order'];

  beforeAll(async () => {
    ({ first, last, admin, stage, price, order } = await openScene(urls()));
  });
  afterAll(() => stage?.close());

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
      const before = await admin.admin.getTrialBalance();
      const ack = await stage.guestSocket.send('gift.send', order(change()));
      expect(ack).toMatchObject({ ok: false, error: { reason, retryable: false, requestId: expect.any(String) } });
      expect(await admin.admin.getTrialBalance()).toEqual(before);
    });

    test('insufficient funds tell what is required and what is available', async () => {
      const { coin } = (await stage.guest.client.wallet.getWallet()).balances;
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
      await other.host.client.rooms.blockUser(other.roomId, { userId: other.guest.userId, reason: 'spam' });
      const gift = order({ roomId: other.roomId, recipientIds: [other.host.userId] });
      const ack = await other.guestSocket.send('gift.send', gift);
      expect(ack).toMatchObject({ ok: false, error: { reason: 'SENDER_BLOCKED' } });
      await expect(other.guest.client.rooms.joinRoom(other.roomId)).rejects.toMatchObject({ code: 'USER_BLOCKED' });
      expect((await other.guest.client.wallet.getWallet()).balances.coin).toBe('100.00');
      other.close();
    });

    test('nobody sends into a closed room', async () => {
      const other = await openStage(first, last, admin, '100.00');
      await other.host.client.rooms.closeRoom(other.roomId);
      const ack = await other.guestSocket.send('gift.send', order({ roomId: other.roomId }));
      expect(ack).toMatchObject({ ok: false, error: { reason: 'ROOM_CLOSED' } });
      other.close();
    });

    test('a gift that was accepted stays accepted when its room has closed since', async () => {
      const other = await openStage(first, last, admin, '100.00');
      const gift = order({ roomId: other.roomId, recipientIds: [other.host.userId] });
      const once = accepted(await other.guestSocket.send('gift.send', gift));
      await other.host.client.rooms.closeRoom(other.roomId);
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
      const { token } = await stage.guest.client.rooms.joinRoom(stage.roomId);
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
}
