import { expect, test } from 'vitest';
import { toAppError } from './errors.ts';
import { isUnavailable } from './unavailable.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

test('a server that is away, starting or shutting down is unavailable', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300', '25P03', 'P1017']) {
    expect(isUnavailable(coded(code)), code).toBe(true);
  }
  expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isUnavailable(new Error('query failed', { cause: coded('ECONNRESET') }))).toBe(true);
});

test('a bug is not', () => {
  for (const error of [coded('23505'), coded('42P01'), new TypeError('x is undefined'), 'text', null]) {
    expect(isUnavailable(error)).toBe(false);
  }
});

test('whoever asked is told to try again', () => {
  expect(toAppError(coded('57P01'))).toMatchObject({ kind: 'unavailable', retryable: true });
  expect(toAppError(coded('42P01'))).toMatchObject({ kind: 'internal', retryable: false });
});
