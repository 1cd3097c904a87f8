import { describe, expect, it, test } from 'vitest';
import { parseItemId, parsePointItem } from './wire.ts';

const item = { id: 'badge_premium', name: 'Premium Badge', price: { currency: 'POINT', minor: 5000n }, isActive: true };

describe('an item', () => {
  it('is what an administrator wrote, without space around its name', () => {
    expect(parsePointItem({ ...item, name: '  Premium Badge ' })).toEqual({
      id: 'badge_premium',
      name: 'Premium Badge',
      priceMinor: 5000n,
      isActive: true,
    });
  });

  test.each<[string, Partial<typeof item>]>([
    ['itemId', { id: '' }],
    ['itemId', { id: 'badge premium' }],
    ['itemId', { id: 'x'.repeat(65) }],
    ['name', { name: '   ' }],
    ['name', { name: 'n'.repeat(101) }],
    ['name', { name: 'two\nlines' }],
    ['price', { price: { currency: 'COIN', minor: 5000n } }],
    ['price', { price: { currency: 'POINT', minor: 0n } }],
    ['price', { price: { currency: 'POINT', minor: 2n ** 53n } }],
  ])('is refused for its %s: %o', (field, wrong) => {
    expect(() => parsePointItem({ ...item, ...wrong })).toThrow(
      expect.objectContaining({ kind: 'invalid', fields: { [field]: [expect.any(String)] } }),
    );
  });

  it('must be there', () => {
    expect(() => parsePointItem(undefined)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    expect(() => parseItemId('../x y')).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });
});
