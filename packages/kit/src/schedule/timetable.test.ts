import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timetable } from './timetable.ts';

const SINCE = new Date(0);

/** The next ticks as ISO times without seconds. */
function ticks(cron: string, timeZone: string, from: string, count: number): string[] {
  const { after } = timetable(cron, timeZone);
  const found: string[] = [];
  let moment: Date | null = new Date(from);
  while (found.length < count && moment !== null) {
    moment = after(moment);
    if (moment !== null) found.push(moment.toISOString().slice(0, 16));
  }
  return found;
}

describe('a daily time', () => {
  it('is at the same time of the wall clock before and after a clock change', () => {
    expect(ticks('0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 2)).toEqual([
      '2026-03-28T08:00',
      '2026-03-29T07:00',
    ]);
    expect(ticks('0 9 * * *', 'America/New_York', '2026-10-31T00:00Z', 2)).toEqual([
      '2026-10-31T13:00',
      '2026-11-01T14:00',
    ]);
  });

  it.each([
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00', '2026-03-09T06:30']],
  ])('that %s skips in spring runs at the first one that exists', (timeZone, cron, from, expected) => {
    expect(ticks(cron, timeZone, from, 2)).toEqual(expected);
  });

  it.each([
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', ['2026-11-01T05:30', '2026-11-02T06:30']],
  ])('that %s has twice in autumn runs once', (timeZone, cron, from, expected) => {
    expect(ticks(cron, timeZone, from, 2)).toEqual(expected);
  });
});

it.each([
  ['Europe/Berlin', '2026-03-28T23:59Z', '2026-10-24T23:59Z'],
  ['America/New_York', '2026-03-08T05:59Z', '2026-11-01T04:59Z'],
])('every hour is every hour, whatever the clocks of %s do', (timeZone, spring, autumn) => {
  for (const from of [spring, autumn]) {
    const times = ticks('0 * * * *', timeZone, from, 5).map((tick) => Date.parse(`${tick}Z`));
    expect(times.map((time) => (time - (times[0] ?? 0)) / 3_600_000)).toEqual([0, 1, 2, 3, 4]);
  }
});

describe('months', () => {
  it('end where they end', () => {
    expect(ticks('0 0 L * *', 'UTC', '2028-01-15T00:00Z', 4)).toEqual([
      '2028-01-31T00:00',
      '2028-02-29T00:00',
      '2028-03-31T00:00',
      '2028-04-30T00:00',
    ]);
  });

  it('without a 31st have no tick on it', () => {
    const expected = ['2026-03-31T00:00', '2026-05-31T00:00'];
    expect(ticks('0 0 31 * *', 'UTC', '2026-02-01T00:00Z', 2)).toEqual(expected);
  });

  it('begin at the midnight of their zone', () => {
    const expected = ['2026-03-31T22:00', '2026-04-30T22:00'];
    expect(ticks('0 0 1 * *', 'Europe/Berlin', '2026-03-10T00:00Z', 2)).toEqual(expected);
  });
});

describe('what is due', () => {
  const minutes = timetable('* * * * *', 'UTC');

  it('is nothing before the first tick, and the tick at its very moment', () => {
    const last = new Date('2026-01-01T00:00:00.000Z');
    expect(minutes.due(last, new Date('2026-01-01T00:00:59.999Z'), 10)).toEqual([]);
    const first = new Date('2026-01-01T00:01:00.000Z');
    expect(minutes.due(last, first, 10)).toEqual([first]);
  });

  it('is nothing when the last tick is ahead of the clock', () => {
    expect(minutes.due(new Date('2026-01-01T00:05:00Z'), new Date('2026-01-01T00:04:30Z'), 10)).toEqual([]);
  });

  it('is the newest ones, oldest first, when there are more than asked for', () => {
    const due = minutes.due(SINCE, new Date('2026-01-01T00:05:30Z'), 3);
    expect(due.map((tick) => tick.toISOString().slice(11, 16))).toEqual(['00:03', '00:04', '00:05']);
  });

  it('is what one gets by going from tick to tick, also across clock changes', () => {
    const crons = ['30 2 * * *', '15 1,2,3 * * *', '*/20 * * * *', '0 */2 * * *', '0 0 * * 0', '30 1 1 * *'];
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'];
    const changes = ['2026-03-08T07:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z'].map(
      Date.parse,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.constantFrom(...zones),
        fc.constantFrom(...changes),
        fc.integer({ min: -180, max: 180 }),
        fc.integer({ min: 0, max: 3 * 24 * 60 }),
        (cron, zone, change, minutesAfter, minutesLong) => {
          const last = new Date(change + minutesAfter * 60_000);
          const now = new Date(last.getTime() + minutesLong * 60_000);
          const { after, due } = timetable(cron, zone);
          const walked: Date[] = [];
          for (let tick = after(last); tick !== null && tick <= now; tick = after(tick)) walked.push(tick);
          expect(due(last, now, 1000)).toEqual(walked);
        },
      ),
    );
  });
});

it.each([
  ['61 * * * *', 'UTC'],
  ['* * * *', 'UTC'],
  ['tomorrow', 'UTC'],
  ['* * * * *', 'Mars/Olympus'],
])('%s in %s is refused when it is made', (cron, timeZone) => {
  expect(() => timetable(cron, timeZone)).toThrow();
});
