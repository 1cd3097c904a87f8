import { describe, expect, it, test } from 'vitest';
import { type Direction, type Json, schemaChanges } from './schema-changes.ts';

const between = (direction: Direction, before: Json, after: Json, schemas: Json = {}): string[] => {
  const document = { components: { schemas } };
  return schemaChanges({ direction, before: document, after: document }, 'x', before, after);
};

const text = { type: 'string' };
const number = { type: 'integer' };
const object = (properties: Json, required = Object.keys(properties)): Json => ({
  type: 'object',
  properties,
  required,
});

test('what stays the same breaks nobody', () => {
  const schema = object({ id: number, tags: { type: 'array', items: text }, note: { type: ['string', 'null'] } });
  expect(between('sent', schema, schema)).toEqual([]);
  expect(between('shown', schema, schema)).toEqual([]);
});

describe('what clients send', () => {
  it('may gain an optional field, but no required one', () => {
    expect(between('sent', object({ a: text }), object({ a: text, b: text }, ['a']))).toEqual([]);
    expect(between('sent', object({ a: text }), object({ a: text, b: text }))).toEqual(['x.b is required now']);
    expect(between('sent', object({ a: text }, []), object({ a: text }))).toEqual(['x.a is required now']);
  });

  it('keeps its fields', () => {
    expect(between('sent', object({ a: text }), object({}))).toEqual(['x.a is gone']);
  });

  it('may widen, but not narrow', () => {
    const values = (...all: string[]) => ({ ...text, enum: all });
    expect(between('sent', values('a'), values('a', 'b'))).toEqual([]);
    expect(between('sent', values('a', 'b'), values('a'))).toEqual(['x may not be b any more']);
    expect(between('sent', text, values('a'))).toEqual(['x may not be anything any more']);
    expect(between('sent', { ...text, maxLength: 9 }, { ...text, maxLength: 8 })).toEqual([
      'x has the maxLength 8 now',
    ]);
    expect(between('sent', { ...text, maxLength: 8 }, { ...text, maxLength: 9 })).toEqual([]);
    expect(between('sent', number, { ...number, minimum: 1 })).toEqual(['x has the minimum 1 now']);
    expect(between('sent', { ...text, pattern: 'a' }, text)).toEqual([]);
    expect(between('sent', text, { ...text, pattern: 'a' })).toEqual(['x has another form']);
    expect(between('sent', { type: ['string', 'null'] }, text)).toEqual(['x may not be null any more']);
    expect(between('sent', text, { anyOf: [text, number] })).toEqual([]);
    expect(between('sent', text, number)).toEqual(['x may not be string any more']);
    expect(between('sent', text, {})).toEqual([]);
  });
});

describe('what clients are shown', () => {
  it('may gain a field, but keeps those it has', () => {
    expect(between('shown', object({ a: text }), object({ a: text, b: text }))).toEqual([]);
    expect(between('shown', object({ a: text }), object({}))).toEqual(['x.a is gone']);
    expect(between('shown', object({ a: text }), object({ a: text }, []))).toEqual(['x.a may be missing now']);
  });

  it('keeps its types', () => {
    expect(between('shown', text, number)).toEqual(['x may be integer now']);
    expect(between('shown', text, { type: ['string', 'null'] })).toEqual(['x may be null now']);
    expect(between('shown', { type: ['string', 'null'] }, text)).toEqual([]);
    expect(between('shown', { ...text, format: 'date-time' }, text)).toEqual(['x has another form']);
    expect(between('shown', { ...text, enum: ['a'] }, { ...text, enum: ['a', 'b'] })).toEqual([]);
    expect(between('shown', { ...text, enum: ['a'] }, text)).toEqual(['x may be anything now']);
  });

  it('may be of another kind, which clients ignore, but loses none', () => {
    const kind = (type: string, fields: Json) => object({ type: { const: type }, ...fields });
    const [one, two] = [kind('one', { a: text }), kind('two', { b: text })];
    expect(between('shown', { oneOf: [one] }, { oneOf: [one, two] })).toEqual([]);
    expect(between('shown', { oneOf: [one, two] }, { oneOf: [one] })).toEqual([
      'x is never object type="two" any more',
    ]);
    expect(between('shown', { oneOf: [one, two] }, { oneOf: [one, kind('two', {})] })).toEqual(['x.b is gone']);
  });
});

test('it looks into lists, tuples, records and references, also those that contain themselves', () => {
  const list = (items: unknown) => ({ type: 'array', items });
  expect(between('shown', list(text), list(number))).toEqual(['x[] may be integer now']);
  expect(between('shown', list([text, number]), list([text]))).toEqual(['x[1] is gone']);
  const record = (additionalProperties: Json) => ({ type: 'object', additionalProperties });
  expect(between('shown', record(text), record(number))).toEqual(['x.* may be integer now']);
  const schemas = {
    Old: object({ next: { $ref: '#/components/schemas/Old' }, id: text }),
    New: object({ next: { $ref: '#/components/schemas/New' }, id: number }),
  };
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  expect(between('shown', ref('Old'), ref('New'), schemas)).toContain('x.id may be integer now');
  expect(() => between('shown', ref('Old'), ref('Nowhere'), schemas)).toThrow('Nowhere');
});
