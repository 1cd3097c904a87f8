import { expect, test } from 'vitest';
import { FanfareError } from './fanfare-error.ts';
import { type Tokens, tokenKeeper } from './tokens.ts';

const pair = (n: number): Tokens => ({ accessToken: `access-${n}`, refreshToken: `refresh-${n}` });
const refusal = (kind: 'unauthenticated' | 'unavailable') =>
  new FanfareError({ code: 'X', kind, message: 'x', retryable: kind === 'unavailable' });

test('however many ask for a new token at once, the refresh token is exchanged once', async () => {
  const exchanged: string[] = [];
  const keeper = tokenKeeper({
    exchange: async (refreshToken) => {
      exchanged.push(refreshToken);
      return pair(2);
    },
  });
  keeper.replace(pair(1));
  const renewed = await Promise.all([1, 2, 3].map(() => keeper.renew('access-1')));
  expect(renewed).toEqual(['access-2', 'access-2', 'access-2']);
  // Who comes later with the old token gets the new one without asking.
  expect(await keeper.renew('access-1')).toBe('access-2');
  expect(exchanged).toEqual(['refresh-1']);
});

test('a refused exchange ends the session, one that got no answer does not', async () => {
  const told: (Tokens | null)[] = [];
  let kind: 'unauthenticated' | 'unavailable' = 'unavailable';
  const keeper = tokenKeeper({
    exchange: () => Promise.reject(refusal(kind)),
    onChange: (tokens) => told.push(tokens),
  });
  keeper.replace(pair(1));
  await expect(keeper.renew('access-1')).rejects.toThrow();
  expect(keeper.current()).toEqual(pair(1));
  kind = 'unauthenticated';
  await expect(keeper.renew('access-1')).rejects.toThrow();
  expect(keeper.current()).toBeNull();
  expect(told).toEqual([pair(1), null]);
});
