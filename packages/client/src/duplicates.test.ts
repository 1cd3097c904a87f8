import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duplicateFilter, keysOf, messageKey } from './duplicates.ts';

const at = (off: string) => ({ ch: 'room.1', off });
const gift = { id: 'g', sender_id: 7 };

test('a gift that arrives again, at another position or on another channel, is not new', () => {
  const { isNew } = duplicateFilter();
  expect(isNew(keysOf('gift.sent', gift, at('1')))).toBe(true);
  expect(isNew(keysOf('gift.sent', gift, at('2')))).toBe(false);
  expect(isNew(keysOf('gift.sent', gift, { ch: 'user.7', off: '9' }))).toBe(false);
  expect(isNew(keysOf('gift.sent', { ...gift, sender_id: 8 }, at('3')))).toBe(true);
});

test('a message known from a snapshot is not new when the channel brings it', () => {
  const { isNew } = duplicateFilter();
  isNew([messageKey(7, 'm')]);
  expect(isNew(keysOf('chat.message', { id: 'm', user_id: 7 }, at('1')))).toBe(false);
});

test('other events are known by their position only, and without one are always new', () => {
  const { isNew } = duplicateFilter();
  const count = { room_id: 1, count: 2 };
  expect(isNew(keysOf('room.participant_count', count, at('1')))).toBe(true);
  expect(isNew(keysOf('room.participant_count', count, at('1')))).toBe(false);
  expect(isNew(keysOf('room.participant_count', count, at('2')))).toBe(true);
  expect(isNew(keysOf('typing', null, undefined))).toBe(true);
  expect(isNew(keysOf('typing', null, undefined))).toBe(true);
});

test('within what it remembers every key is new exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (offs) => {
      const { isNew } = duplicateFilter(10);
      const shown = offs.filter((off) => isNew(keysOf('x', null, at(String(off)))));
      expect(shown).toEqual([...new Set(offs)]);
    }),
  );
});

test('what it remembers is bounded', () => {
  const { isNew } = duplicateFilter(2);
  for (const key of ['a', 'b', 'c']) isNew([key]);
  expect(isNew(['c'])).toBe(false);
  expect(isNew(['a'])).toBe(true);
});
