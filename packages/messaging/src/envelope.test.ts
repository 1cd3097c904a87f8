import type { EventType } from '@fanfare/contracts';
import { headers as natsHeaders } from '@nats-io/transport-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcement, causedBy, outboxRow } from './announce.ts';
import {
  type Attributes,
  decodeBody,
  decodeHeaders,
  encodeHeaders,
  MalformedEvent,
  MESSAGE_ID_HEADER,
  REPLAYED_HEADER,
} from './envelope.ts';

const event: Attributes = {
  id: '0192f0c1',
  subject: 'evt.gifting.gift.sent.v1',
  entityId: '42',
  entityVersion: 7n,
  time: new Date('2026-11-21T10:00:00.000Z'),
  correlationId: 'c-1',
};

const read = (headers: Readonly<Record<string, string>>, streamSeq = 5n) =>
  decodeHeaders({ header: (name) => headers[name] ?? '', streamSeq });

const text = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const attributes: fc.Arbitrary<Attributes> = fc.record(
  {
    id: text,
    subject: fc.constantFrom('evt.gifting.gift.sent.v1', 'evt.rooms.room.closed.v1'),
    entityId: text,
    entityVersion: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    time: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    correlationId: text,
    tenantId: text,
    traceparent: text,
  },
  { requiredKeys: ['id', 'subject', 'entityId', 'entityVersion', 'time', 'correlationId'] },
);

describe('headers', () => {
  it('are CloudEvents 1.0 attributes in binary mode', () => {
    expect(encodeHeaders({ ...event, tenantId: 't' })).toEqual({
      'ce-specversion': '1.0',
      'ce-id': '0192f0c1',
      'ce-type': 'evt.gifting.gift.sent.v1',
      'ce-source': '/fanfare/gifting',
      'ce-subject': '42',
      'ce-time': '2026-11-21T10:00:00.000Z',
      'ce-datacontenttype': 'application/json',
      'ce-entityversion': '7',
      'ce-tenantid': 't',
      'correlation-id': 'c-1',
    });
  });

  it('are read back as what was written', () => {
    fc.assert(
      fc.property(attributes, (written) => {
        const source = `/fanfare/${written.subject.split('.')[1]}`;
        const delivered = { source, streamSeq: 5n, messageId: written.id, replayed: false };
        expect(read(encodeHeaders(written))).toEqual({ ...written, ...delivered });
      }),
    );
  });

  it('are taken by NATS whatever a client put into them', { timeout: 30_000 }, () => {
    const anything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anything, anything, anything, anything, (id, correlationId, tenantId, traceparent) => {
        const written = encodeHeaders({ ...event, id, correlationId, tenantId, traceparent });
        for (const [name, value] of Object.entries(written)) natsHeaders().append(name, value);
      }),
    );
    expect(encodeHeaders({ ...event, correlationId: 'a\r\nNats-Msg-Id: b\u0000\u0085c\ud800' })).toMatchObject({
      'correlation-id': 'a  Nats-Msg-Id: b  c\uFFFD',
    });
  });

  it('tell a replayed event and its own message id', () => {
    const headers = { ...encodeHeaders(event), [REPLAYED_HEADER]: 'true', [MESSAGE_ID_HEADER]: 'another' };
    expect(read(headers)).toMatchObject({ id: event.id, messageId: 'another', replayed: true });
  });

  it.each(['ce-id', 'ce-type', 'ce-source', 'ce-time'])('are refused without %s', (name) => {
    expect(() => read({ ...encodeHeaders(event), [name]: '' })).toThrow(MalformedEvent);
  });

  it('need no more than CloudEvents asks for: what is about nothing is about itself, in its first version', () => {
    const { 'ce-subject': _, 'ce-entityversion': __, ...headers } = encodeHeaders(event);
    expect(read(headers)).toMatchObject({ entityId: event.id, entityVersion: 1n });
    expect(read({ ...headers, 'ce-subject': '42' })).toMatchObject({ entityId: '42', entityVersion: 1n });
    expect(read({ ...headers, 'ce-entityversion': '7' })).toMatchObject({ entityId: event.id, entityVersion: 7n });
  });

  it.each([
    ['ce-entityversion', '-1'],
    ['ce-entityversion', '1e3'],
    ['ce-entityversion', ' '],
    ['ce-time', 'yesterday'],
  ])('are refused when %s is %s', (name, value) => {
    expect(() => read({ ...encodeHeaders(event), [name]: value })).toThrow(MalformedEvent);
  });

  it('need neither correlation id nor trace', () => {
    const { 'correlation-id': _, ...headers } = encodeHeaders(event);
    const envelope = read(headers);
    expect(envelope.correlationId).toBe(event.id);
    expect(envelope).not.toHaveProperty('traceparent');
  });
});

interface Sum {
  readonly total: bigint;
}
const summed: EventType<Sum> = {
  subject: 'evt.depot.sum.made.v1',
  codec: {
    fromJSON: (json) => ({ total: BigInt((json as { total: string }).total) }),
    toJSON: ({ total }) => ({ total: total.toString() }),
  },
};

describe('an announcement', () => {
  it('becomes an outbox row whose message id is the event id', () => {
    const made = announcement(summed, { total: 2n ** 60n }, { entityId: 9n, entityVersion: 1n, id: 'e-1' });
    const row = outboxRow(made);
    expect(row).toMatchObject({
      messageId: 'e-1',
      subject: summed.subject,
      payload: '{"total":"1152921504606846976"}',
    });
    const envelope = read(JSON.parse(row.headers) as Record<string, string>);
    expect(envelope).toMatchObject({ id: 'e-1', entityId: '9', entityVersion: 1n, correlationId: 'e-1' });
    expect(decodeBody(summed, row.payload)).toEqual({ total: 2n ** 60n });
  });

  it('has a message id that a header can carry', () => {
    const made = announcement(summed, { total: 1n }, { entityId: 9n, entityVersion: 1n, id: 'e\n1' });
    expect(outboxRow(made)).toMatchObject({ messageId: 'e 1', headers: expect.stringContaining('"ce-id":"e 1"') });
  });

  it('carries on correlation, tenant and trace of the event that caused it', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const cause = read(encodeHeaders({ ...event, tenantId: 't', traceparent }));
    const made = announcement(summed, { total: 1n }, { ...causedBy(cause), entityId: 1n, entityVersion: 1n });
    expect(made).toMatchObject({ correlationId: 'c-1', tenantId: 't', traceparent });
    expect(made.id).not.toBe(cause.id);
  });
});

describe('a body', () => {
  it.each(['', 'not json', '{"total":"x"}', 'null'])('that is %j is malformed', (body) => {
    expect(() => decodeBody(summed, body)).toThrow(MalformedEvent);
  });
});
