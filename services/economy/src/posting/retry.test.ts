import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { FoldFailure, failureOf, NotCommitted, NotConnected, pauseMs, stepAfter } from './retry.ts';

const databaseError = (code: string): pg.DatabaseError => {
  const error = new pg.DatabaseError('refused', 0, 'error');
  error.code = code;
  return error;
};

describe('a failed batch', () => {
  it.each(['40P01', '23505', '40001', '57014'])('is sent again after %s', (code) => {
    expect(failureOf(databaseError(code))).toBe('again');
  });

  it.each(['25P03', '25006', '28P01', '3D000', '55000', '57P01', '57P03', '08006', '53300', '0A000'])(
    'needs a new connection after %s',
    (code) => {
      expect(failureOf(databaseError(code))).toBe('reconnect');
    },
  );

  it.each(['23514', '22021', '23000'])('is refused for good with %s', (code) => {
    expect(failureOf(databaseError(code))).toBe('refused');
  });

  it('needs a new connection when the socket was lost or the commit rolled back', () => {
    expect(failureOf(new Error('Connection terminated unexpectedly'))).toBe('reconnect');
    expect(failureOf(new NotCommitted())).toBe('reconnect');
    expect(failureOf(new NotConnected('none', { cause: databaseError('22023') }))).toBe('reconnect');
  });

  it('is refused when it could not be computed', () => {
    expect(failureOf(new FoldFailure())).toBe('refused');
  });
});

describe('the next step', () => {
  it('is to send again what lost a race or its connection', () => {
    expect([stepAfter('again', 1, 0), stepAfter('reconnect', 0, 14_000)]).toEqual(['again', 'again']);
  });

  it('is to look for the command that is refused, or always loses', () => {
    expect([stepAfter('refused', 0, 0), stepAfter('again', 5, 0)]).toEqual(['isolate', 'isolate']);
  });

  it('is to give up a batch once nobody can be waiting for it', () => {
    expect(stepAfter('reconnect', 0, 15_001)).toBe('give_up');
  });
});

it('waits longer after each failure, up to 640 ms', () => {
  const waits = [1, 2, 3, 7, 50].map((attempt) => pauseMs(attempt, () => 1));
  expect(waits).toEqual([10, 20, 40, 640, 640]);
  expect(pauseMs(1, () => 0)).toBe(5);
});
