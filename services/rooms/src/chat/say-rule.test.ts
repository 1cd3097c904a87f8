import { describe, expect, it } from 'vitest';
import { type ChatFacts, decideChat, type Saying } from './say-rule.ts';

const now = new Date('2026-11-21T12:00:00Z');

function facts(more: Partial<ChatFacts> = {}): ChatFacts {
  let made = 0;
  return {
    roomId: 7n,
    room: { status: 'active', version: 40n },
    present: new Set([1n, 2n]),
    earlier: [],
    now,
    newId: () => {
      made += 1;
      return `m${made}`;
    },
    ...more,
  };
}

const say = (userId: bigint, id: string, text: string, roomId = 7n): Saying => ({
  roomId,
  userId,
  id,
  text,
});
const short = ({ outcomes }: ReturnType<typeof decideChat>) =>
  outcomes.map((outcome) => ('error' in outcome ? outcome.error : outcome.value.id));

describe('messages that wait for a room', () => {
  it('get the places after the room’s last event, in their order', () => {
    const { posted } = decideChat([say(1n, 'a', 'x'), say(2n, 'a', 'y')], facts());
    expect(posted.map(({ id, userId, roomVersion, index }) => ({ id, userId, roomVersion, index }))).toEqual([
      { id: 'a', userId: 1n, roomVersion: 41n, index: 0 },
      { id: 'a', userId: 2n, roomVersion: 42n, index: 1 },
    ]);
  });

  it('are one when they repeat each other, and the refused ones take no place', () => {
    const verdict = decideChat([say(1n, 'a', 'x'), say(9n, 'b', 'z'), say(1n, 'a', 'x'), say(1n, 'c', 'y')], facts());
    expect(short(verdict)).toEqual(['a', expect.objectContaining({ reason: 'NOT_A_PARTICIPANT' }), 'a', 'c']);
    expect(verdict.posted.map(({ index, roomVersion }) => [index, roomVersion])).toEqual([
      [0, 41n],
      [3, 42n],
    ]);
  });

  it('repeat what was said before, whatever has become of room and sender', () => {
    const old = { id: 'a', roomId: 7n, userId: 1n, text: 'x', sentAt: now };
    const gone = facts({ room: { status: 'closed', version: 40n }, present: new Set(), earlier: [old] });
    expect(short(decideChat([say(1n, 'a', 'x')], gone))).toEqual(['a']);
  });

  it('are refused when an id meant something else, by what differs', () => {
    const old = { id: 'a', roomId: 8n, userId: 1n, text: 'x', sentAt: now };
    const reused = (field: string) => expect.objectContaining({ reason: 'ID_REUSED', details: { field } });
    expect(short(decideChat([say(1n, 'a', 'x')], facts({ earlier: [old] })))).toEqual([reused('roomId')]);
    expect(short(decideChat([say(2n, 'b', 'x'), say(2n, 'b', 'y')], facts()))).toEqual(['b', reused('text')]);
  });

  it('are refused in a closed room and where there is none', () => {
    const reasons = (room: ChatFacts['room']) => short(decideChat([say(1n, 'a', 'x')], facts({ room })));
    expect(reasons({ status: 'closed', version: 1n })).toMatchObject([{ reason: 'ROOM_CLOSED' }]);
    expect(reasons(null)).toMatchObject([{ reason: 'ROOM_NOT_FOUND' }]);
  });
});
