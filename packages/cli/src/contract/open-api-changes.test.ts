import { expect, test } from 'vitest';
import { openApiChanges } from './open-api-changes.ts';
import type { Json } from './schema-changes.ts';

const content = (properties: Json, required: readonly string[] = []) => ({
  content: { 'application/json': { schema: { type: 'object', properties, required } } },
});
const text = { type: 'string' };

const operation: Json = {
  operationId: 'createRoom',
  tags: ['rooms'],
  security: [{}],
  parameters: [{ in: 'query', name: 'cursor', schema: text }],
  requestBody: content({ name: text }),
  responses: { 200: { headers: { 'Retry-After': {} }, ...content({ id: text }, ['id']) } },
};
const document = (post: Json): Json => ({ paths: { '/rooms': { post } } });
const changed = (by: Json): string[] => openApiChanges(document(operation), document({ ...operation, ...by }));

test('another operation breaks nobody, one that is gone does', () => {
  const more = { paths: { '/rooms': { post: operation, get: operation } } };
  expect(openApiChanges(document(operation), more)).toEqual([]);
  expect(openApiChanges(more, document(operation))).toEqual(['GET /rooms is gone']);
});

test('an operation keeps its name, its section and its access', () => {
  expect(changed({ operationId: 'openRoom' })).toEqual([
    'POST /rooms is called rooms.openRoom and not rooms.createRoom',
  ]);
  expect(changed({ tags: ['halls'] })).toEqual(['POST /rooms is called halls.createRoom and not rooms.createRoom']);
  expect(changed({ security: [{ bearer: [] }] })).toEqual(['POST /rooms wants somebody logged in now']);
  expect(changed({ summary: 'Open one', deprecated: true })).toEqual([]);
});

test('parameters stay, and none becomes required', () => {
  const cursor = { in: 'query', name: 'cursor', schema: text };
  expect(changed({ parameters: [cursor, { in: 'query', name: 'limit', schema: text }] })).toEqual([]);
  expect(changed({ parameters: [] })).toEqual(['POST /rooms: query cursor is gone']);
  expect(changed({ parameters: [{ ...cursor, required: true }] })).toEqual([
    'POST /rooms: query cursor is required now',
  ]);
  expect(changed({ parameters: [cursor, { ...cursor, in: 'header', required: true }] })).toEqual([
    'POST /rooms: header cursor is required now',
  ]);
  expect(changed({ parameters: [{ ...cursor, schema: { ...text, enum: ['a'] } }] })).toEqual([
    'POST /rooms: query cursor may not be anything any more',
  ]);
});

test('bodies accept what they accepted', () => {
  expect(changed({ requestBody: content({ name: text }, ['name']) })).toEqual([
    'POST /rooms: body.name is required now',
  ]);
  expect(changed({ requestBody: { ...content({ name: text }), required: true } })).toEqual([
    'POST /rooms: a body is required now',
  ]);
  expect(changed({ requestBody: undefined })).toEqual(['POST /rooms: the body is gone']);
});

test('answers have what they had', () => {
  const answers = (properties: Json, headers: Json = { 'Retry-After': {} }) => ({
    responses: { 200: { headers, ...content(properties, Object.keys(properties)) } },
  });
  expect(changed(answers({ id: text, name: text }))).toEqual([]);
  expect(changed(answers({ id: { type: 'integer' } }))).toEqual(['POST /rooms: 200.id may be integer now']);
  expect(changed(answers({ id: text }, {}))).toEqual(['POST /rooms: the header Retry-After of 200 is gone']);
  expect(changed({ responses: { 201: content({ id: text }) } })).toEqual(['POST /rooms: the answer 200 is gone']);
});
