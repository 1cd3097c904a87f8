import type { IncomingMessage } from 'node:http';
import { AppError } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { bearerOf } from './access.ts';
import { commandIdOf } from './command-id.ts';
import { requestIdOf } from './request-id.ts';
import { trustProxyOf } from './trust-proxy.ts';

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

test('a request keeps the id its client gave it, unless that could break a log line', () => {
  expect(requestIdOf(request({ 'x-request-id': 'abc' }))).toBe('abc');
  expect(requestIdOf(request({ 'x-correlation-id': 'any/string:7' }))).toBe('any/string:7');
  expect(requestIdOf(request({ 'x-request-id': 'a\nb', 'x-correlation-id': 'c' }))).toBe('c');
  expect(requestIdOf(request({ 'x-correlation-id': 'order 7, retry 2' }))).toBe('order 7, retry 2');
  expect(requestIdOf(request({ 'x-request-id': 'x'.repeat(200) }))).toHaveLength(200);
  const v4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(requestIdOf(request({ 'x-request-id': 'x'.repeat(201) }))).toMatch(v4);
});

test('a bearer token is read whatever the case of its scheme, and nothing else is one', () => {
  expect([bearerOf('Bearer a.b'), bearerOf('bearer  a.b ')]).toEqual(['a.b', 'a.b']);
  for (const header of [undefined, '', 'Bearer', 'Basic a', 'Bearer a b']) expect(bearerOf(header)).toBeNull();
});

test('an idempotency key is 1 to 128 printable ASCII characters, and one is made where there is none', () => {
  expect(commandIdOf('a key')).toBe('a key');
  expect(commandIdOf('x'.repeat(128))).toHaveLength(128);
  expect(commandIdOf(undefined)).not.toBe(commandIdOf(undefined));
  for (const key of ['', 'x'.repeat(129), 'ü', 'a\tb']) expect(() => commandIdOf(key)).toThrow(AppError);
});

test('nobody’s forwarded address is believed unless it is said whose', () => {
  expect([trustProxyOf(undefined), trustProxyOf('none'), trustProxyOf('all')]).toEqual([false, false, true]);
  expect(trustProxyOf('10.0.0.0/8, 192.0.2.1')).toEqual(['10.0.0.0/8', '192.0.2.1']);
  const two = trustProxyOf('2');
  expect(typeof two === 'function' && [0, 1, 2].map((hop) => two('192.0.2.1', hop))).toEqual([true, true, false]);
});
