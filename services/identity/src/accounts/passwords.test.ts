import { expect, test } from 'vitest';
import { passwords } from './passwords.ts';

const patient = () => null;

test('a hash is argon2id with the documented parameters and fits its password only', async () => {
  const { hash, verify } = passwords(2);
  const stored = await hash('correct horse', patient);
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verify(stored, 'correct horse', patient)).toBe(true);
  expect(await verify(stored, 'correct horsf', patient)).toBe(false);
});

test('a password may be typed composed or decomposed', async () => {
  const { hash, verify } = passwords(1);
  expect(await verify(await hash('caf\u00e9 au lait', patient), 'cafe\u0301 au lait', patient)).toBe(true);
});

test('without an account no password is right, not even that of the stand-in hash', async () => {
  expect(await passwords(1).verify(null, 'nobody', patient)).toBe(false);
});

test('whoever has gone is not served, and the others are', async () => {
  const { hash } = passwords(1);
  const results = await Promise.allSettled([hash('one', patient), hash('two', () => 0), hash('three', patient)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('more than may wait are refused at once', async () => {
  const { hash } = passwords(1);
  const gone = () => 0;
  const waiting = [hash('first', patient), ...Array.from({ length: 512 }, () => hash('x', gone))];
  await expect(hash('one too many', patient)).rejects.toMatchObject({ reason: 'OVERLOADED' });
  await Promise.allSettled(waiting);
});
