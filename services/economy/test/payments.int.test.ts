/** Purchases and refunds, from the provider's signed request to the wallet. */
import { randomUUID } from 'node:crypto';
import { type EventType, events } from '@fanfare/contracts';
import { PaymentRefunded, PaymentSucceeded } from '@fanfare/contracts/billing/event/v1/billing_events';
import { announcement, outboxRow } from '@fanfare/messaging';
import { eventually } from '@fanfare/testing';
import { type PaymentProvider, sendPayment, sendRefund, startPaymentProvider } from '@fanfare/testing/payment-provider';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../src/proof/verify.ts';
import { admin, coin, newId, runningService } from './running-service.ts';

const { call, grant, transfer, walletOf, statement, sql, natsUrl, databaseUrl } = runningService();

const secret = 'whsec_of_this_test';
let provider: PaymentProvider;
let connection: NatsConnection;
beforeAll(async () => {
  provider = await startPaymentProvider({ natsUrl: natsUrl(), secret });
  connection = await connect({ servers: natsUrl(), noAsyncTraces: true });
});
afterAll(async () => {
  await connection.close();
  await provider.stop();
});

const USD = { currency: 'USD', amount: 499 };
const to = () => ({ url: provider.url, secret });

async function buy(userId: bigint, coins: string, paymentId: string = newId()): Promise<string> {
  const payment = { paymentId, userId: Number(userId), coins, fiat: USD, providerRef: 'pi_1' };
  expect(await sendPayment(to(), payment)).toMatchObject({ status: 200 });
  return paymentId;
}
const giveBack = (paymentId: string, refundId: string, coins: string) =>
  sendRefund(to(), { paymentId, refundId, coins, fiat: USD });

const succeeded = (more: Partial<PaymentSucceeded> = {}): PaymentSucceeded =>
  PaymentSucceeded.create({
    paymentId: newId(),
    userId: 1n,
    fiat: { currency: 'USD', minor: 499n },
    coins: coin(10_000n),
    provider: 'test',
    providerRef: 'pi_1',
    ...more,
  });
const refunded = (more: Partial<PaymentRefunded> = {}): PaymentRefunded =>
  PaymentRefunded.create({ ...succeeded(), providerRef: 're_1', ...more });

/** Publishes without a message id, so that the stream keeps every repeat. */
async function publish<T>(type: EventType<T>, message: T, eventId: string = randomUUID()): Promise<string> {
  const row = outboxRow(announcement(type, message, { id: eventId, entityId: 'p', entityVersion: 1n }));
  const heads = headers();
  for (const [name, value] of Object.entries(JSON.parse(row.headers) as Record<string, string>)) {
    heads.append(name, value);
  }
  await jetstream(connection).publish(row.subject, row.payload, { headers: heads });
  return eventId;
}

/** Resolves when everything published so far is handled. */
const handled = (): Promise<void> =>
  eventually(async () => {
    const manager = await jetstreamManager(connection);
    const { num_pending, num_ack_pending } = await manager.consumers.info('EVT_BILLING', 'economy-payment');
    expect(num_pending + num_ack_pending).toBe(0);
  }, 30_000);

const problemOf = async (eventId: string): Promise<unknown> =>
  (await sql('select error from platform.dead_letters where event_id = $1', [eventId]))[0];

const coinsOf = async (userId: bigint): Promise<string | undefined> => (await walletOf(userId))[0];
const debtOf = async (userId: bigint): Promise<object[]> =>
  sql('select balance_minor from accounts where kind = 5 and owner_id = $1', [userId]);
const paymentRow = (paymentId: string): Promise<object[]> =>
  sql('select user_id, coins_minor, refunded_minor, fiat_currency, fiat_minor from payments where payment_id = $1', [
    paymentId,
  ]);

describe('a purchase', () => {
  it('is credited with what was paid beside it', async () => {
    const paymentId = await buy(10n, '100.00');
    await eventually(async () => expect(await coinsOf(10n)).toBe('COIN 100.00'));
    const { transactions } = await statement(10n);
    expect(transactions).toMatchObject([{ action: 'purchase', reason: 'Purchased coins', amount: coin(10_000n) }]);
    expect(JSON.parse(transactions[0]?.metadata ?? '')).toEqual({
      paymentId,
      provider: 'test',
      providerRef: 'pi_1',
      fiat: { currency: 'USD', amount: '4.99' },
    });
    await handled();
    expect(await paymentRow(paymentId)).toEqual([
      { user_id: '10', coins_minor: '10000', refunded_minor: '0', fiat_currency: 'USD', fiat_minor: '499' },
    ]);
  });

  it('is credited once under fifty deliveries, as one event or as many', async () => {
    const message = succeeded({ userId: 11n });
    const eventId = randomUUID();
    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        publish(events.paymentSucceeded, message, n % 2 === 0 ? eventId : undefined),
      ),
    );
    await handled();
    expect(await coinsOf(11n)).toBe('COIN 100.00');
    expect(await paymentRow(message.paymentId)).toHaveLength(1);
  });

  it('under the id of another payment is a dead letter', async () => {
    const message = succeeded({ userId: 12n });
    await publish(events.paymentSucceeded, message);
    const eventId = await publish(events.paymentSucceeded, { ...message, coins: coin(20_000n) });
    await handled();
    expect(await problemOf(eventId)).toMatchObject({ error: expect.stringContaining('ID_REUSED {"field":"coins"}') });
    expect(await coinsOf(12n)).toBe('COIN 100.00');
  });

  it.each([
    ['coins is missing', { coins: undefined }],
    ['coins must be COIN, not "DIAMOND"', { coins: { currency: 'DIAMOND', minor: 1n } }],
    ['coins must be 1 to', { coins: coin(0n) }],
    ['coins must be 1 to', { coins: coin(2n ** 53n) }],
    ['user_id must be a user id', { userId: 0n }],
    ['user_id must be a user id', { userId: 2n ** 53n }],
    ['payment_id must be', { paymentId: 'x'.repeat(101) }],
    ['fiat is missing', { fiat: undefined }],
    ['fiat must be in a currency', { fiat: { currency: 'coins', minor: 1n } }],
    ['fiat must be 0 to', { fiat: { currency: 'USD', minor: -1n } }],
    ['provider must be', { provider: '' }],
    ['provider_ref must be', { providerRef: '' }],
  ])('that is malformed is a dead letter that says so: %s', async (text, wrong) => {
    const eventId = await publish(events.paymentSucceeded, succeeded({ userId: 13n, ...wrong }));
    await handled();
    expect(await problemOf(eventId)).toMatchObject({ error: expect.stringContaining(`payment: ${text}`) });
    expect(await coinsOf(13n)).toBe('COIN 0.00');
  });
});

describe('a refund', () => {
  it('takes back a part, then the rest, each once', async () => {
    const paymentId = await buy(20n, '100.00');
    expect(await giveBack(paymentId, 're_1', '30.00')).toMatchObject({ status: 200 });
    await eventually(async () => expect(await coinsOf(20n)).toBe('COIN 70.00'));
    const again = refunded({ paymentId, userId: 20n, coins: coin(3000n), providerRef: 're_1' });
    for (let n = 0; n < 5; n += 1) await publish(events.paymentRefunded, again);
    await handled();
    expect(await coinsOf(20n)).toBe('COIN 70.00');
    await giveBack(paymentId, 're_2', '70.00');
    await eventually(async () => expect(await coinsOf(20n)).toBe('COIN 0.00'));
    await handled();
    expect(await paymentRow(paymentId)).toMatchObject([{ refunded_minor: '10000' }]);
    expect((await statement(20n)).transactions).toMatchObject([
      { action: 'refund', amount: coin(-7000n), reason: 'Refunded purchase' },
      { action: 'refund', amount: coin(-3000n) },
      { action: 'purchase' },
    ]);
  });

  it('of coins that are spent makes a debt, which later credits repay first', async () => {
    const paymentId = await buy(21n, '100.00');
    await eventually(async () => expect(await coinsOf(21n)).toBe('COIN 100.00'));
    await transfer(21n, 22n, 8000n);
    await giveBack(paymentId, 're_1', '100.00');
    await eventually(async () => expect(await debtOf(21n)).toEqual([{ balance_minor: '-8000' }]));
    expect(await coinsOf(21n)).toBe('COIN 0.00');
    await grant(21n, 5000n);
    expect([await coinsOf(21n), await debtOf(21n)]).toEqual(['COIN 0.00', [{ balance_minor: '-3000' }]]);
    await buy(21n, '50.00');
    await eventually(async () => expect(await coinsOf(21n)).toBe('COIN 20.00'));
    expect(await debtOf(21n)).toEqual([{ balance_minor: '0' }]);
  });

  it('takes from a frozen wallet too', async () => {
    const paymentId = await buy(23n, '100.00');
    await eventually(async () => expect(await coinsOf(23n)).toBe('COIN 100.00'));
    await call().setWalletFrozen({ userId: 23n, frozen: true, reason: 'fraud' }, { caller: admin });
    await giveBack(paymentId, 're_1', '40.00');
    await eventually(async () => expect(await coinsOf(23n)).toBe('COIN 60.00'));
  });

  it('of more than was paid changes nothing and is left for a person to see', async () => {
    const paymentId = await buy(24n, '100.00');
    await giveBack(paymentId, 're_1', '60.00');
    await handled();
    const tooLarge = refunded({ paymentId, userId: 24n, coins: coin(4001n), providerRef: 're_2' });
    const eventId = await publish(events.paymentRefunded, tooLarge);
    await handled();
    expect(await problemOf(eventId)).toMatchObject({
      error: expect.stringContaining('REFUND TOO LARGE: 100.00 was paid and 40.00 of it is left'),
    });
    expect(await coinsOf(24n)).toBe('COIN 40.00');
    expect(await paymentRow(paymentId)).toMatchObject([{ refunded_minor: '6000' }]);
    await publish(events.paymentRefunded, { ...tooLarge, coins: coin(4000n) });
    await handled();
    expect(await coinsOf(24n)).toBe('COIN 0.00');
  });

  it('of another user, or by another provider, is a dead letter', async () => {
    const paymentId = await buy(25n, '100.00');
    const wrong = [{ userId: 26n }, { provider: 'stripe' }];
    for (const more of wrong) {
      const eventId = await publish(events.paymentRefunded, refunded({ paymentId, userId: 25n, ...more }));
      await handled();
      expect(await problemOf(eventId)).toMatchObject({
        error: expect.stringContaining('names another user or provider'),
      });
    }
    expect(await coinsOf(25n)).toBe('COIN 100.00');
  });
});

it('the ledger still proves itself', async () => {
  expect(await verifyLedger({ databaseUrl: databaseUrl() })).toMatchObject({ ok: true });
});
