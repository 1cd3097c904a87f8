import { expect, it } from 'vitest';
import { daysToDrop, daysToPrepare } from './partitions.ts';

it('prepares today and the next two days in UTC, over the end of a year', () => {
  expect(daysToPrepare(new Date('2026-12-31T23:59:59.999Z'))).toEqual([
    { table: 'outbox_sent_20261231', from: '2026-12-31T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' },
    { table: 'outbox_sent_20270101', from: '2027-01-01T00:00:00.000Z', to: '2027-01-02T00:00:00.000Z' },
    { table: 'outbox_sent_20270102', from: '2027-01-02T00:00:00.000Z', to: '2027-01-03T00:00:00.000Z' },
  ]);
});

it('drops a day when its last moment is more than 72 hours ago, and nothing that is not a day', () => {
  const tables = ['outbox_sent_default', 'outbox_sent_20261117', 'outbox_sent_20261118', 'outbox_sent_20261121'];
  expect(daysToDrop(tables, new Date('2026-11-21T00:00:00.001Z'))).toEqual(['outbox_sent_20261117']);
  expect(daysToDrop(tables, new Date('2026-11-22T00:00:00.001Z'))).toEqual([
    'outbox_sent_20261117',
    'outbox_sent_20261118',
  ]);
});
