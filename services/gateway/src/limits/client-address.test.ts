import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { addressKeys } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

test('an address is the connection’s own unless a proxy in front is believed', () => {
  const request = from('10.0.0.1', '203.0.113.7, 10.0.0.2');
  expect(addressKeys(undefined)(request)).toBe('ip:10.0.0.1');
  expect(addressKeys('none')(request)).toBe('ip:10.0.0.1');
  expect(addressKeys('all')(request)).toBe('ip:203.0.113.7');
  expect(addressKeys('1')(request)).toBe('ip:10.0.0.2');
  expect(addressKeys('10.0.0.0/8')(request)).toBe('ip:203.0.113.7');
  expect(addressKeys('192.168.0.1')(request)).toBe('ip:10.0.0.1');
  expect(addressKeys('all')(from('10.0.0.1'))).toBe('ip:10.0.0.1');
});
