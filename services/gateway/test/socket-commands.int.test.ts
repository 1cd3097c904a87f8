import { AppError } from '@fanfare/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOBODY } from './peers.ts';
import { type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;

beforeAll(async () => {
  run = await runGateways();
  await run.start();
});
afterAll(() => run.stop());

const refusal = (reason: string) => ({ ok: false, error: expect.objectContaining({ reason }) });

describe('a command', () => {
  it('sends a chat message under the caller’s name and answers with it', async () => {
    const client = await run.connect();
    run.peers.rooms.sendChat = async ({ id, roomId, text }, { caller }) => ({
      message: { id, roomId, userId: caller.userId ?? 0n, text, sentAt: new Date(1000) },
    });
    expect(await client.ask('chat.send', { id: 'm', roomId: 42, text: 'hello' })).toEqual({
      ok: true,
      data: { id: 'm', roomId: 42, userId: 7, text: 'hello', sentAt: '1970-01-01T00:00:01.000Z' },
    });
  });

  it('sends a gift and answers with it and the balances', async () => {
    const client = await run.connect();
    const coin = (minor: bigint) => ({ currency: 'COIN', minor });
    run.peers.gifting.sendGift = async (request, { caller }) => ({
      gift: {
        id: request.id,
        roomId: request.roomId,
        senderId: caller.userId ?? 0n,
        recipientIds: request.recipientIds,
        giftId: request.giftId,
        quantity: request.quantity,
        price: coin(10_000n),
        totalCost: coin(20_000n),
        comboId: request.comboId,
        comboCount: 1,
        sentAt: new Date(1000),
      },
      balances: [coin(80_000n)],
    });
    const gift = { id: 'g', roomId: 42, giftId: 3, quantity: 2, recipientIds: [8], expectedPrice: '100.00' };
    expect(await client.ask('gift.send', gift)).toEqual({
      ok: true,
      data: {
        id: 'g',
        roomId: 42,
        senderId: 7,
        recipientIds: [8],
        giftId: 3,
        quantity: 2,
        price: '100.00',
        totalCost: '200.00',
        comboId: null,
        comboCount: 1,
        sentAt: '1970-01-01T00:00:01.000Z',
        balances: { coin: '800.00', diamond: '0.00', point: '0.00' },
      },
    });
  });

  it('that gives to somebody who does not exist is refused before money moves', async () => {
    const client = await run.connect();
    run.peers.gifting.sendGift = () => Promise.reject(new Error('must not be asked'));
    const gift = { id: 'g', giftId: 3, quantity: 1, recipientIds: [8, Number(NOBODY)] };
    expect(await client.ask('gift.send', gift)).toEqual(refusal('USER_NOT_FOUND'));
  });

  it('passes on a refusal with its facts', async () => {
    const client = await run.connect();
    const facts = { required: '200.00', available: '150.00' };
    run.peers.gifting.sendGift = async () =>
      Promise.reject(new AppError('failed_precondition', 'INSUFFICIENT_FUNDS', 'Not enough.', facts));
    expect(await client.ask('gift.send', { id: 'g', roomId: 42, giftId: 3, quantity: 2, recipientIds: [8] })).toEqual({
      ok: false,
      error: {
        kind: 'failed_precondition',
        reason: 'INSUFFICIENT_FUNDS',
        message: 'Not enough.',
        retryable: false,
        details: facts,
        requestId: expect.any(String),
        errors: null,
      },
    });
  });

  it('names every field that is wrong', async () => {
    const client = await run.connect();
    const wrong = { id: '', roomId: '42', giftId: 0, quantity: 1e9, recipientIds: [-1, 'x'] };
    const texts = async (event: string, payload: unknown) => (await client.ask(event, payload)).error.errors;
    expect(await texts('gift.send', {})).toEqual({
      id: ['is required'],
      giftId: ['is required'],
      quantity: ['is required'],
      recipientIds: ['is required'],
    });
    expect(await texts('chat.send', { id: 7, roomId: 42, text: null })).toEqual({
      id: ['must be text'],
      text: ['must be text'],
    });
    for (const payload of [undefined, null, 7, [], 'x']) {
      expect(await texts('room.leave', payload)).toEqual({ payload: ['must be an object'] });
    }
    const poisoned: unknown = JSON.parse('{"roomId":42,"__proto__":{"admin":true}}');
    expect(await texts('room.leave', poisoned)).toEqual({ payload: ['must not have the key __proto__'] });
    const { ok, error } = await client.ask('gift.send', wrong);
    expect(ok).toBe(false);
    expect(error).toMatchObject({ kind: 'invalid', reason: 'INVALID_ARGUMENT', retryable: false });
    expect(Object.keys(error.errors).toSorted()).toEqual(
      ['giftId', 'id', 'quantity', 'recipientIds.0', 'recipientIds.1', 'roomId'].toSorted(),
    );
  });

  it('that is malformed is refused, whatever it is', async () => {
    const client = await run.connect();
    for (const payload of [undefined, null, 7, 'x', [], [[]], true, Buffer.from('x'), { roomId: {} }]) {
      expect(await client.ask('chat.send', payload)).toEqual(refusal('INVALID_ARGUMENT'));
      expect(await client.ask('room.join', payload)).toEqual(refusal('INVALID_ARGUMENT'));
    }
    for (const quantity of [0, -1, 1e9, 1.5, '1', null]) {
      const gift = { id: 'g', roomId: 42, giftId: 3, quantity, recipientIds: [8] };
      expect(await client.ask('gift.send', gift)).toEqual(refusal('INVALID_ARGUMENT'));
    }
  });

  it('that does not exist is refused by name, and one without a callback breaks nothing', async () => {
    const client = await run.connect();
    expect(await client.ask('room.explode', {})).toEqual(refusal('UNKNOWN_EVENT'));
    client.socket.emit('chat.send');
    client.socket.emit('room.join', { token: 'x' }, 1, 2, 3);
    client.socket.emit('constructor', 'x');
    expect(await client.ask('room.explode')).toEqual(refusal('UNKNOWN_EVENT'));
  });

  it('is refused when there are too many', async () => {
    const limited = await run.start({ RATE_LIMITS: 'connection=3/1' });
    const client = await run.connect({ gateway: limited });
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.ask('room.explode')));
    const limits = answers.filter(({ error }) => error.reason === 'RATE_LIMITED');
    expect(limits).toHaveLength(2);
    expect(limits[0].error).toMatchObject({ kind: 'exhausted', retryable: true });
    expect(limits[0].error.details.retryAfterMs).toBeGreaterThan(0);
  });

  it('with too long a text is refused, and one that no client of ours could send ends the connection', async () => {
    const client = await run.connect();
    const long = { id: 'm', roomId: 42, text: 'x'.repeat(9000) };
    expect((await client.ask('chat.send', long)).error.errors).toEqual({ text: [expect.any(String)] });
    for (const text of ['x'.repeat(70_000), 'x'.repeat(1_000_000), [Buffer.alloc(70_000)]]) {
      const { error } = await client.ask('chat.send', { ...long, text });
      expect(error).toMatchObject({ kind: 'invalid', reason: 'PAYLOAD_TOO_LARGE', details: { maximum: 65_536 } });
    }
    expect((await client.ask('chat.send', { ...long, text: 'x'.repeat(60_000) })).error.reason).toBe(
      'INVALID_ARGUMENT',
    );
    const ended = new Promise((resolve) => client.socket.once('disconnect', (reason) => resolve(reason)));
    client.socket.emit('chat.send', { ...long, text: 'x'.repeat(1_100_000) });
    expect(await ended).toMatch(/transport/);
    expect((await run.connect()).shown[0]?.name).toBe('session');
  });
});
