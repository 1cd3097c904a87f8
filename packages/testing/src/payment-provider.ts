/**
 * A stand-in for a payment provider and for billing, which tells of its payments; for tests and the demo only. It takes
 * signed requests as the field sends them, and publishes what they say as billing's events.
 *
 *   POST /v1/payments {paymentId, userId, coins: '100.00', fiat: {currency: 'USD', amount: 499}, providerRef}
 *   POST /v1/refunds  {paymentId, refundId, coins, fiat}
 *
 * Amounts of `fiat` are in minor units. Answers 200 with what is known of the payment; 401 for the signature; 400, 404
 * and 409 with the field that is wrong; 503 when the event could not be published, and then the same may be sent again.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EventType, events } from '@fanfare/contracts';
import type { PaymentRefunded, PaymentSucceeded } from '@fanfare/contracts/billing/event/v1/billing_events';
import { parseMinor, silentLogger } from '@fanfare/kit';
import { announcement, type Bus, ensureStream, openBus, outboxRow } from '@fanfare/messaging';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { z } from 'zod';
import { SIGNATURE_HEADER, signatureProblem, signPayment } from './payment-signature.ts';

export { SIGNATURE_HEADER, signPayment } from './payment-signature.ts';

const PROVIDER = 'test';
const MAX_BODY_BYTES = 64 * 1024;

const id = z.string().regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 printable ASCII characters');
const coins = z.string().refine((text) => (parseMinor(text) ?? 0n) > 0n, "must be a decimal above zero, like '100.00'");
const fiat = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217'),
  amount: z.int().min(0),
});
const paymentBody = z.strictObject({ paymentId: id, userId: z.int().min(1), coins, fiat, providerRef: id });
const refundBody = z.strictObject({ paymentId: id, refundId: id, coins, fiat });

export type TestPayment = z.infer<typeof paymentBody>;
export type TestRefund = z.infer<typeof refundBody>;

export interface PaymentProviderOptions {
  readonly natsUrl: string;
  readonly secret: string;
  /** Default: a free one. */
  readonly port?: number;
}

export interface PaymentProvider {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** What the provider answers, and what it could not accept. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Listens on the loopback interface; the stream of billing is there when it resolves. */
export async function startPaymentProvider(options: PaymentProviderOptions): Promise<PaymentProvider> {
  const bus = openBus({ url: options.natsUrl, name: 'payment-provider', log: silentLogger });
  await bus.start?.();
  await ensureStream(bus, 'billing');
  const book = paymentBook(bus);
  const server = createServer((request, response) => {
    const reply = ({ status, body }: Answer): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    answer(request, options.secret, book).then(reply, (error: unknown) =>
      reply(problem(503, null, `not published: ${String(error)}`)),
    );
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await bus.stop?.();
    },
  };
}

/** Sends a payment as a provider would: signed, now. */
export const sendPayment = (to: { url: string; secret: string }, payment: TestPayment): Promise<Answer> =>
  send(to.url, '/v1/payments', to.secret, payment);

export const sendRefund = (to: { url: string; secret: string }, refund: TestRefund): Promise<Answer> =>
  send(to.url, '/v1/refunds', to.secret, refund);

async function send(url: string, path: string, secret: string, message: TestPayment | TestRefund): Promise<Answer> {
  const body = JSON.stringify(message);
  const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signPayment(secret, body, new Date()) };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
}

async function answer(request: IncomingMessage, secret: string, book: PaymentBook): Promise<Answer> {
  const route = request.method === 'POST' ? request.url : undefined;
  if (route !== '/v1/payments' && route !== '/v1/refunds') return problem(404, null, 'no such route');
  const body = await bodyOf(request);
  if (body === null) return problem(413, null, `must be at most ${MAX_BODY_BYTES} bytes`);
  const header = request.headers[SIGNATURE_HEADER];
  const wrong = signatureProblem(secret, Array.isArray(header) ? header.join() : header, body, new Date());
  if (wrong !== null) return problem(401, null, wrong);
  const json = jsonOf(body);
  if (route === '/v1/payments') return parsed(paymentBody, json, book.pay);
  return parsed(refundBody, json, book.refund);
}

function parsed<T>(schema: z.ZodType<T>, json: unknown, then: (value: T) => Promise<Answer>): Promise<Answer> | Answer {
  const result = schema.safeParse(json);
  if (result.success) return then(result.data);
  const [issue] = result.error.issues;
  return problem(400, issue?.path.join('.') || null, issue?.message ?? 'is not valid');
}

const problem = (status: number, field: string | null, message: string): Answer => ({
  status,
  body: { error: { field, message } },
});

interface PaymentBook {
  readonly pay: (payment: TestPayment) => Promise<Answer>;
  readonly refund: (refund: TestRefund) => Promise<Answer>;
}

interface Entry {
  readonly payment: TestPayment;
  readonly refunds: Map<string, TestRefund>;
}

/** What was paid and given back, in memory. One request at a time, so that a repeat sees the first one's end. */
function paymentBook(bus: Bus): PaymentBook {
  const entries = new Map<string, Entry>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<Answer>): Promise<Answer> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    pay: (payment) =>
      inTurn(async () => {
        const known = entries.get(payment.paymentId);
        if (known !== undefined) return repeated(known.payment, payment, known);
        await publish(bus, events.paymentSucceeded, succeeded(payment), `payment-${payment.paymentId}`, 1n);
        const entry = { payment, refunds: new Map<string, TestRefund>() };
        entries.set(payment.paymentId, entry);
        return shown(entry);
      }),
    refund: (refund) =>
      inTurn(async () => {
        const { paymentId, refundId } = refund;
        const entry = entries.get(paymentId);
        if (entry === undefined) return problem(404, 'paymentId', 'there is no such payment');
        const known = entry.refunds.get(refundId);
        if (known !== undefined) return repeated(known, refund, entry);
        if (minorOf(refund) > minorOf(entry.payment) - refundedOf(entry)) {
          return problem(400, 'coins', 'must be at most what was paid and not refunded yet');
        }
        const version = BigInt(entry.refunds.size + 2);
        const message = refunded(entry.payment, refund);
        await publish(bus, events.paymentRefunded, message, `refund-${paymentId}-${refundId}`, version);
        entry.refunds.set(refundId, refund);
        return shown(entry);
      }),
  };
}

/** The same again is answered as the first time; another thing under the same id is not. */
function repeated(before: object, now: object, entry: Entry): Answer {
  const differs = Object.keys(now).find(
    (key) => JSON.stringify(Reflect.get(before, key)) !== JSON.stringify(Reflect.get(now, key)),
  );
  return differs === undefined ? shown(entry) : problem(409, differs, 'was different the first time');
}

const shown = (entry: Entry): Answer => ({
  status: 200,
  body: { paymentId: entry.payment.paymentId, refunds: [...entry.refunds.keys()] },
});

const minorOf = (of: { readonly coins: string }): bigint => parseMinor(of.coins) ?? 0n;
const refundedOf = ({ refunds }: Entry): bigint => [...refunds.values()].reduce((sum, each) => sum + minorOf(each), 0n);

const succeeded = (payment: TestPayment): PaymentSucceeded => ({
  paymentId: payment.paymentId,
  userId: BigInt(payment.userId),
  fiat: { currency: payment.fiat.currency, minor: BigInt(payment.fiat.amount) },
  coins: { currency: 'COIN', minor: minorOf(payment) },
  provider: PROVIDER,
  providerRef: payment.providerRef,
});

const refunded = ({ userId }: TestPayment, refund: TestRefund): PaymentRefunded => ({
  paymentId: refund.paymentId,
  userId: BigInt(userId),
  fiat: { currency: refund.fiat.currency, minor: BigInt(refund.fiat.amount) },
  coins: { currency: 'COIN', minor: minorOf(refund) },
  provider: PROVIDER,
  providerRef: refund.refundId,
});

/** With the envelope and under the id that billing's outbox relay would use. */
async function publish<T extends { readonly paymentId: string }>(
  bus: Bus,
  type: EventType<T>,
  message: T,
  eventId: string,
  version: bigint,
): Promise<void> {
  const entity = { entityId: message.paymentId, entityVersion: version };
  const row = outboxRow(announcement(type, message, { id: eventId, ...entity }));
  const headers = natsHeaders();
  const entries = Object.entries(JSON.parse(row.headers) as Readonly<Record<string, string>>);
  for (const [name, value] of entries) headers.append(name, value);
  await bus.jetstream().publish(row.subject, row.payload, { headers, msgID: row.messageId });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Undefined is no object, and so refused by whoever asked. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
