import { expect, test } from 'vitest';
import { balancesAfter, type MergedViews } from './view-notices.ts';

const merged = (userId: bigint, minor: bigint): MergedViews => ({
  userId,
  videoId: 'v',
  videoTitle: 't',
  views: minor / 10n,
  minor,
  totalViews: 0n,
});

test('several videos of one user lead up to what the user can spend, whatever others earn between them', () => {
  const available = new Map([
    [7n, 100n],
    [8n, 5n],
  ]);
  expect(balancesAfter([merged(7n, 10n), merged(8n, 10n), merged(7n, 30n)], available)).toEqual([70n, 5n, 100n]);
  expect(balancesAfter([], available)).toEqual([]);
});
