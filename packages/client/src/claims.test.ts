import { expect, test } from 'vitest';
import { stayBegan, subjectOf } from './claims.ts';

const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

test('tokens are read, whatever characters their claims bring', () => {
  expect(subjectOf(token({ sub: '7', name: 'ÿþ?>~~~' }))).toBe('7');
  expect(stayBegan(token({ since: 1764000000000 }))).toBe(1764000000000);
});

test('what is no token says nothing', () => {
  for (const text of ['', 'a1', 'a.b.c', token([]), `e30.${btoa('null')}.x`]) {
    expect(subjectOf(text)).toBeUndefined();
    expect(stayBegan(text)).toBe(0);
  }
});
