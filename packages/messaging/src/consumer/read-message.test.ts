import type { EventType } from '@fanfare/contracts';
import { headers as makeHeaders } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { type Attributes, encodeHeaders } from '../envelope.ts';
import { defineConsumer } from './define.ts';
import { type Message, readMessage } from './read-message.ts';

const type = (subject: string): EventType<string> => ({
  subject,
  codec: { fromJSON: String, toJSON: (message) => message },
});
const sent = type('evt.gifting.gift.sent.v1');
const opened = type('evt.rooms.room.opened.v1');
const handleBatch = async (): Promise<void> => {};
const consumer = defineConsumer({ durable: 'agency-gift', event: sent, handleBatch });

const attributes: Attributes = {
  id: 'e-1',
  subject: sent.subject,
  entityId: '1',
  entityVersion: 1n,
  time: new Date(0),
  correlationId: 'c',
};

function message(subject: string, headers: Readonly<Record<string, string>>): Message {
  const made = makeHeaders();
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  return { subject, seq: 3, headers: made, string: () => '"body"' };
}

describe('a delivered message', () => {
  it('is an event when all its attributes are there', () => {
    const reading = readMessage(consumer, message(sent.subject, encodeHeaders(attributes)));
    expect(reading).toMatchObject({
      kind: 'event',
      delivered: { body: '"body"', envelope: { id: 'e-1', streamSeq: 3n } },
    });
  });

  it('is skipped when the consumer does not want its verb', () => {
    const subject = 'evt.gifting.gift.refused.v1';
    expect(readMessage(consumer, message(subject, encodeHeaders({ ...attributes, subject })))).toEqual({
      kind: 'skipped',
    });
  });

  it('is skipped when it is replayed, but for a consumer that is being rebuilt', () => {
    const replayed = message(sent.subject, { ...encodeHeaders(attributes), 'fanfare-replayed': 'true' });
    expect(readMessage(consumer, replayed).kind).toBe('skipped');
    const rebuilt = defineConsumer({ durable: 'agency-gift', event: sent, handleBatch, includeReplayed: true });
    expect(readMessage(rebuilt, replayed).kind).toBe('event');
  });

  it.each([
    ['has no headers', {}, `${sent.subject}#3`],
    ['says to be another event', encodeHeaders({ ...attributes, subject: opened.subject }), 'e-1'],
  ])('is malformed when it %s', (_, headers, eventId) => {
    const reading = readMessage(consumer, message(sent.subject, headers));
    expect(reading).toMatchObject({ kind: 'malformed', letter: { eventId, payload: '"body"', attempts: 1 } });
  });
});

describe('a consumer', () => {
  it('filters by the entity of its events and reads their producer', () => {
    expect(consumer).toMatchObject({ filter: 'evt.gifting.gift.>', producer: 'gifting' });
  });

  it('cannot take events of two entities, which have no common order, or of none', () => {
    const define = (events: readonly EventType<string>[]) => () =>
      defineConsumer({ durable: 'x', events, handleBatch });
    expect(define([sent, opened])).toThrow('exactly one entity');
    expect(define([])).toThrow('exactly one entity');
  });
});
