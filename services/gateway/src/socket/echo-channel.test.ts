import fc from 'fast-check';
import { expect, it } from 'vitest';
import { channelOf, echoNameOf, parseEchoName } from './echo-channel.ts';

it('every channel has one name, and every name its channel', () => {
  const ids = fc.bigInt({ min: 1n, max: BigInt(Number.MAX_SAFE_INTEGER) });
  fc.assert(
    fc.property(fc.constantFrom('user' as const, 'room' as const), ids, (kind, id) => {
      expect(parseEchoName(echoNameOf(channelOf({ kind, id })))).toEqual({ kind, id });
    }),
  );
  expect(parseEchoName(echoNameOf('all'))).toEqual({ kind: 'all' });
});

it('what is not written exactly like a channel is none', () => {
  const names = ['user.7', 'room.42', 'presence-room.42', 'private-room.042', 'private-room.-1', 'private-room.4e2'];
  const others = ['private-all', 'private-encrypted-room.42', 'private-room.42 ', 'private-room.12345678901234567', ''];
  for (const name of [...names, ...others]) expect(parseEchoName(name)).toBeNull();
});
