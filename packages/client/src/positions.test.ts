import { expect, test } from 'vitest';
import { positionStore, takeIn } from './positions.ts';

test('a first answer gives the position and misses nothing', () => {
  const positions = positionStore();
  expect(takeIn(positions, { ch: 'room.1', off: 'a', recovered: false })).toBe(false);
  expect(positions.of('room.1')).toBe('a');
});

test('after a recovery the position moves only with the messages that are replayed', () => {
  const positions = positionStore();
  positions.advance({ ch: 'room.1', off: 'a' });
  expect(takeIn(positions, { ch: 'room.1', off: 'c', recovered: true })).toBe(false);
  expect(positions.of('room.1')).toBe('a');
  positions.advance({ ch: 'room.1', off: 'b' });
  expect(positions.of('room.1')).toBe('b');
});

test('a position that could not be resumed from is a gap, and is replaced', () => {
  const positions = positionStore();
  positions.advance({ ch: 'room.1', off: 'a' });
  expect(takeIn(positions, { ch: 'room.1', off: 'z', recovered: false })).toBe(true);
  expect(positions.of('room.1')).toBe('z');
});

test('channels keep their own positions, and a forgotten one starts anew', () => {
  const positions = positionStore();
  positions.advance({ ch: 'room.1', off: 'a' });
  positions.advance({ ch: 'user.7', off: 'b' });
  positions.forget('room.1');
  expect([positions.of('room.1'), positions.of('user.7')]).toEqual([undefined, 'b']);
});
