import { Secret } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { keyVault } from './key-vault.ts';

const vault = keyVault(new Secret('one secret'));

test('what is sealed opens with the same secret, and is never sealed the same way twice', () => {
  expect(vault.open('k1', vault.seal('k1', 'private'))).toBe('private');
  expect(vault.seal('k1', 'private').equals(vault.seal('k1', 'private'))).toBe(false);
});

test('another secret, another key id or a changed byte opens nothing', () => {
  const sealed = vault.seal('k1', 'private');
  expect(() => keyVault(new Secret('another')).open('k1', sealed)).toThrow('SIGNING_KEY_SECRET');
  expect(() => vault.open('k2', sealed)).toThrow('SIGNING_KEY_SECRET');
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => vault.open('k1', changed)).toThrow();
  }
  expect(() => vault.open('k1', Buffer.of(1))).toThrow('not a sealed key');
});
