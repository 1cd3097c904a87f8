import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { privateNats, type RunningServer } from '../src/index.ts';
import {
  type PaymentProvider,
  SIGNATURE_HEADER,
  sendPayment,
  sendRefund,
  signPayment,
  startPaymentProvider,
  type TestPayment,
} from '../src/payment-provider.ts';

const secret = 'whsec_of_this_test';
let nats: RunningServer;
let provider: PaymentProvider;
let connection: NatsConnection;
beforeAll(async () => {
  nats = await privateNats();
  provider = await startPaymentProvider({ natsUrl: nats.url, secret });
  connection = await connect({ servers: nats.url });
});
afterAll(async () => {
  await connection.close();
  await provider.stop();
  await nats.stop();
});

const payment = (more: Partial<TestPayment> = {}): TestPayment => ({
  paymentId: randomUUID(),
  userId: 7,
  coins: '100.00',
  fiat: { currency: 'USD', amount: 499 },
  providerRef: 'pi_1',
  ...more,
});
const to = () => ({ url: provider.url, secret });

/** The events of a payment, as a consumer gets them. */
async function published(
  paymentId: string,
): Promise<readonly { readonly subject: string; readonly message: object }[]> {
  const { streams } = await jetstreamManager(connection);
  const { messages } = (await streams.info('EVT_BILLING')).state;
  const stored = await Promise.all(
    Array.from({ length: messages }, (_, n) => streams.getMessage('EVT_BILLING', { seq: n + 1 })),
  );
  return stored.flatMap((each) =>
    each !== null && each.header.get('ce-subject') === paymentId
      ? [{ subject: each.subject, message: each.json<object>() }]
      : [],
  );
}

async function post(path: string, body: string, signature: string | null) {
  const headers: Record<string, string> = signature === null ? {} : { [SIGNATURE_HEADER]: signature };
  const response = await fetch(`${provider.url}${path}`, { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as { readonly error?: { readonly field: string } } };
}

describe('a payment', () => {
  it('is published once as the event of billing, however often it is sent', async () => {
    const sent = payment();
    const answers = await Promise.all(Array.from({ length: 10 }, () => sendPayment(to(), sent)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await published(sent.paymentId)).toEqual([
      {
        subject: 'evt.billing.payment.succeeded.v1',
        message: {
          paymentId: sent.paymentId,
          userId: '7',
          fiat: { currency: 'USD', minor: '499' },
          coins: { currency: 'COIN', minor: '10000' },
          provider: 'test',
          providerRef: 'pi_1',
        },
      },
    ]);
  });

  it('with a used id and other contents is refused by the field', async () => {
    const sent = payment();
    await sendPayment(to(), sent);
    const other = { ...sent, fiat: { currency: 'USD', amount: 500 } };
    expect(await sendPayment(to(), other)).toMatchObject({ status: 409, body: { error: { field: 'fiat' } } });
  });

  it.each([
    ['paymentId', { paymentId: '' }],
    ['userId', { userId: 0 }],
    ['userId', { userId: 1.5 }],
    ['coins', { coins: '0.00' }],
    ['coins', { coins: '1.001' }],
    ['coins', { coins: undefined }],
    ['fiat', { fiat: undefined }],
    ['fiat.currency', { fiat: { currency: 'usd', amount: 1 } }],
    ['fiat.amount', { fiat: { currency: 'USD', amount: -1 } }],
    ['providerRef', { providerRef: 'x'.repeat(101) }],
  ])('is refused for its %s: %o', async (field, wrong) => {
    const answer = await sendPayment(to(), { ...payment(), ...wrong } as TestPayment);
    expect(answer).toMatchObject({ status: 400, body: { error: { field } } });
  });
});

describe('a refund', () => {
  const refund = (paymentId: string, refundId: string, coins: string) =>
    sendRefund(to(), { paymentId, refundId, coins, fiat: { currency: 'USD', amount: 100 } });

  it('is published once, and together refunds are never more than was paid', async () => {
    const { paymentId } = payment();
    await sendPayment(to(), payment({ paymentId }));
    expect(await refund(paymentId, 're_1', '60.00')).toMatchObject({ status: 200 });
    expect(await refund(paymentId, 're_1', '60.00')).toMatchObject({ status: 200, body: { refunds: ['re_1'] } });
    expect(await refund(paymentId, 're_1', '40.00')).toMatchObject({
      status: 409,
      body: { error: { field: 'coins' } },
    });
    expect(await refund(paymentId, 're_2', '40.01')).toMatchObject({
      status: 400,
      body: { error: { field: 'coins' } },
    });
    expect(await refund(paymentId, 're_2', '40.00')).toMatchObject({ status: 200 });
    const [, ...refunds] = await published(paymentId);
    expect(refunds).toMatchObject([
      { subject: 'evt.billing.payment.refunded.v1', message: { userId: '7', providerRef: 're_1' } },
      { subject: 'evt.billing.payment.refunded.v1', message: { coins: { minor: '4000' }, providerRef: 're_2' } },
    ]);
  });

  it('of an unknown payment is refused', async () => {
    expect(await refund('unknown', 're_1', '1.00')).toMatchObject({
      status: 404,
      body: { error: { field: 'paymentId' } },
    });
  });
});

describe('what is not signed as it has to be', () => {
  const body = JSON.stringify(payment({ paymentId: 'unsigned' }));
  const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

  it.each([
    ['has no signature', () => null],
    ['has the signature of another secret', () => signPayment('other', body, new Date())],
    ['has the signature of another body', () => signPayment(secret, `${body} `, new Date())],
    ['was signed six minutes ago', () => signPayment(secret, body, minutes(-6))],
    ['was signed in six minutes', () => signPayment(secret, body, minutes(6))],
  ])('because it %s changes nothing', async (_, signature) => {
    for (const path of ['/v1/payments', '/v1/refunds']) {
      expect(await post(path, body, signature())).toMatchObject({ status: 401 });
    }
    expect(await published('unsigned')).toEqual([]);
  });

  it('is not even read: what is no JSON is a matter of the signature first', async () => {
    expect(await post('/v1/payments', 'no json', null)).toMatchObject({ status: 401 });
    const signed = signPayment(secret, 'no json', new Date());
    expect(await post('/v1/payments', 'no json', signed)).toMatchObject({ status: 400 });
  });

  it('has no other route', async () => {
    expect(await post('/v1/other', body, null)).toMatchObject({ status: 404 });
    const large = 'x'.repeat(64 * 1024 + 1);
    expect(await post('/v1/payments', large, signPayment(secret, large, new Date()))).toMatchObject({ status: 413 });
  });
});
