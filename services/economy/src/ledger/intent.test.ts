import { describe, expect, it } from 'vitest';
import { differingField, intentText } from './intent.ts';

const first = [
  { name: 'toUserId', value: '8' },
  { name: 'amount', value: '12.50' },
];

describe('an intent', () => {
  it('equals itself', () => {
    expect(differingField(intentText(first), first)).toBeNull();
  });

  it('names the first field that differs, by the name the command uses', () => {
    const other = [
      { name: 'toUserId', value: '8' },
      { name: 'amount', value: '12.51' },
    ];
    expect(differingField(intentText(first), other)).toBe('amount');
  });

  it('is not confused by quotes and commas inside values', () => {
    const joined = [{ name: 'toUserId', value: '8","12.50' }];
    expect(differingField(intentText(first), joined)).toBe('toUserId');
  });

  it('ignores a field that a newer release has appended', () => {
    const newer = [...first, { name: 'note', value: 'hello' }];
    expect(differingField(intentText(first), newer)).toBeNull();
    expect(differingField(intentText(newer), first)).toBeNull();
  });
});
