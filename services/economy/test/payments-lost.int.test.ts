/** The consumer of payments when its own transaction is lost behind the ledger's. */
import { events } from '@fanfare/contracts';
import { PaymentRefunded, PaymentSucceeded } from '@fanfare/contracts/billing/event/v1/billing_events';
import { type Database, openDatabase } from '@fanfare/database';
import { silentLogger } from '@fanfare/kit';
import type { Consumer, Incoming } from '@fanfare/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPayment } from '../src/payments/on-payment.ts';
import { coins, testLedger } from './ledger.ts';
import { coin, newId } from './running-service.ts';

const ledger = testLedger();
let database: Database;
let consumer: Consumer;
beforeAll(() => {
  database = openDatabase({ url: ledger.database.url, poolSize: 4, log: silentLogger });
  consumer = onPayment(ledger.engine);
});
afterAll(() => database.stop?.());

const envelope = (subject: string): Incoming<unknown>['envelope'] => ({
  id: newId(),
  subject,
  source: '/fanfare/billing',
  entityId: 'p',
  entityVersion: 1n,
  time: new Date(),
  correlationId: 'correlation',
  replayed: false,
  streamSeq: 1n,
  messageId: newId(),
});

const payment = { userId: 7n, fiat: { currency: 'JPY', minor: 499n }, provider: 'test' };
const paid = (paymentId: string): Incoming<unknown> => ({
  message: PaymentSucceeded.create({ ...payment, paymentId, coins: coin(10_000n), providerRef: 'pi_1' }),
  envelope: envelope(events.paymentSucceeded.subject),
});
const givenBack = (paymentId: string, providerRef: string, minor: bigint): Incoming<unknown> => ({
  message: PaymentRefunded.create({ ...payment, paymentId, coins: coin(minor), providerRef }),
  envelope: envelope(events.paymentRefunded.subject),
});

const handle = (...batch: Incoming<unknown>[]): Promise<unknown> =>
  database.transaction((tx) => consumer.handle({ tx, events: batch }));
/** All of it is done, and then the connection is gone before the commit. */
const handleAndLose = (...batch: Incoming<unknown>[]): Promise<void> =>
  database
    .transaction(async (tx) => {
      await consumer.handle({ tx, events: batch });
      throw new Error('lost');
    })
    .then(
      () => expect.unreachable(),
      (error: Error) => expect(error.message).toBe('lost'),
    );

const balance = async (): Promise<bigint> =>
  BigInt(
    (
      await ledger.sql<{ balance: string }>('select balance_minor as balance from accounts where id = $1', [coins(7n)])
    )[0]?.balance ?? 0,
  );
const refundedOf = async (paymentId: string): Promise<string | undefined> =>
  (
    await ledger.sql<{ minor: string }>('select refunded_minor as minor from payments where payment_id = $1', [
      paymentId,
    ])
  )[0]?.minor;

describe('a payment whose row was lost behind the ledger', () => {
  it('is credited once, and has its row when the event comes again', async () => {
    const paymentId = newId();
    const before = await balance();
    await handleAndLose(paid(paymentId));
    expect(await refundedOf(paymentId)).toBeUndefined();
    await handle(paid(paymentId));
    await handle(paid(paymentId));
    expect([await refundedOf(paymentId), (await balance()) - before]).toEqual(['0', 10_000n]);
  });

  it('is refunded once, and never beyond what was paid, whatever the rows say', async () => {
    const paymentId = newId();
    await handle(paid(paymentId));
    const before = await balance();
    await handleAndLose(givenBack(paymentId, 're_1', 6000n));
    expect(await refundedOf(paymentId)).toBe('0');
    await expect(handle(givenBack(paymentId, 're_2', 6000n))).rejects.toThrow('REFUND TOO LARGE');
    await handle(givenBack(paymentId, 're_1', 6000n), givenBack(paymentId, 're_1', 6000n));
    expect([await refundedOf(paymentId), before - (await balance())]).toEqual(['6000', 6000n]);
  });
});

it('a refund whose payment is not known yet is tried again, and works once it is', async () => {
  const paymentId = newId();
  const early = givenBack(paymentId, 're_1', 1000n);
  const failure = await handle(early).catch((error: Error) => error);
  expect(failure).toMatchObject({ name: 'Error', message: expect.stringContaining('which is not known') });
  await handle(paid(paymentId), early);
  expect(await refundedOf(paymentId)).toBe('1000');
});

it('a ledger without room is waited for, and no fault of the payment', async () => {
  const full = onPayment(await ledger.openEngine(ledger.database.url, 0));
  const tried = database.transaction((tx) => full.handle({ tx, events: [paid(newId())] }));
  await expect(tried).rejects.toMatchObject({ kind: 'unavailable' });
});
