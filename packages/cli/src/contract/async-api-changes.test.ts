import { expect, test } from 'vitest';
import { asyncApiChanges } from './async-api-changes.ts';
import type { Json } from './schema-changes.ts';

const object = (properties: Json, required: readonly string[] = []): Json => ({ type: 'object', properties, required });
const named = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` });
const text = { type: 'string' };

const messages = {
  'gift.sent': {
    payload: object({ id: text }, ['id']),
    headers: object({ off: text }, ['off']),
    'x-class': 'reliable',
  },
  'chat.send': { payload: object({ id: text }) },
  'chat.send.ack': { payload: object({ ok: { const: true } }, ['ok']) },
};
const operations = {
  'receive.room': { action: 'receive', messages: [named('gift.sent')] },
  'chat.send': { action: 'send', messages: [named('chat.send')], reply: { messages: [named('chat.send.ack')] } },
};
const handshake = (auth: Json) => ({ 'x-handshake': { auth } });
const codes = (code: number, comeBack: boolean) => ({ 'x-close-codes': [{ code, reason: 'DRAINING', comeBack }] });

const document = (by: Json = {}): Json => ({
  operations,
  components: { messages },
  ...handshake(object({ token: text })),
  ...codes(4001, true),
  ...by,
});
const changed = (by: Json): string[] => asyncApiChanges(document(), document(by));
const withMessage = (name: keyof typeof messages, message: Json): string[] =>
  changed({ components: { messages: { ...messages, [name]: { ...messages[name], ...message } } } });

test('other events and commands break nobody, those that are gone do', () => {
  expect(asyncApiChanges(document({ operations: {} }), document())).toEqual([]);
  expect(changed({ operations: { 'chat.send': operations['chat.send'] } })).toEqual(['receive.room is gone']);
  expect(changed({ operations: { 'receive.room': operations['receive.room'] } })).toEqual(['chat.send is gone']);
  expect(changed({ operations: { ...operations, 'receive.room': { action: 'receive', messages: [] } } })).toEqual([
    'receive.room: gift.sent is gone',
  ]);
});

test('commands accept what they accepted', () => {
  expect(withMessage('chat.send', { payload: object({ id: text }, ['id']) })).toEqual(['chat.send.id is required now']);
});

test('events and acks have what they had', () => {
  expect(withMessage('gift.sent', { payload: object({}) })).toEqual(['gift.sent.id is gone']);
  expect(withMessage('gift.sent', { headers: undefined })).toEqual(['gift.sent: position is gone']);
  expect(withMessage('gift.sent', { 'x-class': 'conflate' })).toEqual(['gift.sent is not reliable any more']);
  expect(withMessage('chat.send.ack', { payload: object({}) })).toEqual([
    'chat.send.ack is never object ok=true any more',
    'chat.send.ack may be object now',
  ]);
});

test('the handshake and the close codes stay', () => {
  expect(changed(handshake(object({ token: text }, ['token'])))).toEqual(['handshake.token is required now']);
  expect(changed(codes(4001, false))).toEqual(['the close code 4001 DRAINING is gone or means something else']);
  expect(changed(codes(4002, true))).toEqual(['the close code 4001 DRAINING is gone or means something else']);
});
