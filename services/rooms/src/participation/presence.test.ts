import { expect, it } from 'vitest';
import { parseMember } from './presence.ts';
import { byRoom } from './presence-sweeper.ts';

it('a member is a room and a user, and nothing else is one', () => {
  expect(parseMember('42:7')).toEqual({ roomId: 42n, userId: 7n });
  for (const name of ['', '42', '42:', ':7', '0:7', '42:-7', '42:7:1', 'x:7']) expect(parseMember(name)).toBeNull();
});

it('members are put together by room, in the order of ids', () => {
  const members = [
    { roomId: 10n, userId: 1n },
    { roomId: 9n, userId: 2n },
    { roomId: 10n, userId: 3n },
  ];
  expect([...byRoom(members)]).toEqual([
    [9n, [2n]],
    [10n, [1n, 3n]],
  ]);
});
