import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weigh } from './weigh.ts';

const plain = fc.string({ unit: fc.constantFrom('a', 'é', '語') });
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    ...[plain, fc.integer(), fc.boolean(), fc.constant(null)],
    fc.array(tie('json')),
    fc.dictionary(plain, tie('json')),
  ),
}));

test('a value weighs what it does as JSON', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value);
      expect(weigh(JSON.parse(text), 2 ** 20)).toEqual({ bytes: Buffer.byteLength(text), forbiddenKey: null });
    }),
  );
});

test('what is far too large or far too deep is not looked at to its end', () => {
  const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  for (const value of [deep, 'x'.repeat(100_000), Buffer.alloc(100_000), Array.from({ length: 100_000 }, () => 7)]) {
    expect(weigh(value, 65_536).bytes).toBeGreaterThan(65_536);
  }
});

test('a key that could reach a prototype is found wherever it is', () => {
  const found = (text: string) => weigh(JSON.parse(text), 1000).forbiddenKey;
  expect(found('{"a":[{"__proto__":{"admin":true}}]}')).toBe('__proto__');
  expect(found('{"constructor":{"prototype":{}}}')).toBe('constructor');
  expect([found('{"constructor":"Bauhaus"}'), found('{"prototype":{}}')]).toEqual([null, null]);
});
