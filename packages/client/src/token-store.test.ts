import { expect, test } from 'vitest';
import { FanfareError } from './fanfare-error.ts';
import { sharedStore, type TokenStorage } from './token-store.ts';
import { type Tokens, tokenKeeper } from './tokens.ts';

function storage(): TokenStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** Of one user, in one page after the other. */
const pair = (n: number, sub = '7'): Tokens => ({
  accessToken: `e30.${btoa(JSON.stringify({ sub, n }))}.x`,
  refreshToken: `refresh-${n}`,
});

/** A platform that takes every refresh token once, as the real one does. */
function platform(): { readonly used: string[]; readonly exchange: (refreshToken: string) => Promise<Tokens> } {
  const used: string[] = [];
  return {
    used,
    exchange: async (refreshToken) => {
      await Promise.resolve();
      if (used.includes(refreshToken)) {
        throw new FanfareError({ code: 'REUSED', kind: 'unauthenticated', message: 'theft', retryable: false });
      }
      used.push(refreshToken);
      return pair(used.length + 1);
    },
  };
}

test('pages that share a storage never use a refresh token twice, at once or hours later', async () => {
  const shared = storage();
  const { used, exchange } = platform();
  const page = () => tokenKeeper({ exchange, store: sharedStore(shared, 'k') });
  const [one, other] = [page(), page()];
  one.replace(pair(1));
  const stale = pair(1).accessToken;
  expect(await Promise.all([one.renew(stale), other.renew(stale)])).toEqual([pair(2).accessToken, pair(2).accessToken]);
  await one.renew(pair(2).accessToken);
  // This page slept through it, and goes on with what is stored.
  expect(other.current()).toEqual(pair(3));
  await other.renew(pair(3).accessToken);
  expect(one.current()).toEqual(pair(4));
  expect(used).toEqual(['refresh-1', 'refresh-2', 'refresh-3']);
});

test('a page that is opened later is logged in, and a logout is everybody’s', () => {
  const shared = storage();
  const one = sharedStore(shared, 'k');
  one.save(pair(1));
  const later = sharedStore(shared, 'k');
  expect(later.load()).toEqual(pair(1));
  later.save(null);
  expect(one.load()).toBeNull();
  expect(shared.items.size).toBe(0);
});

test('somebody else who logs in elsewhere is not taken for the user of this page, nor logged out by it', () => {
  const shared = storage();
  const one = sharedStore(shared, 'k');
  one.save(pair(1));
  sharedStore(shared, 'k').save(pair(2, '8'));
  expect(one.load()).toBeNull();
  one.save(null);
  expect(sharedStore(shared, 'k').load()).toEqual(pair(2, '8'));
  one.save(pair(3, '9'));
  expect(one.load()).toEqual(pair(3, '9'));
});

test('what is no pair of tokens is nobody', () => {
  const shared = storage();
  for (const text of ['', 'nonsense', '{}', '{"accessToken":"a"}']) {
    shared.setItem('k', text);
    expect(sharedStore(shared, 'k').load()).toBeNull();
  }
});
