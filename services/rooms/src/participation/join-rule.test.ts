import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideJoins, type JoinRoomFacts } from './join-rule.ts';
import type { Standing } from './participant-store.ts';

const now = new Date('2026-11-21T12:00:00Z');
const earlier = new Date('2026-11-21T11:00:00Z');
const open: JoinRoomFacts = { status: 'active', participantCount: 0, maxParticipants: 2 };
const nobody: Standing = { now, blocked: new Set(), current: new Map() };
const reasons = (verdicts: ReturnType<typeof decideJoins>) =>
  verdicts.map((verdict) => (verdict.kind === 'refuse' ? verdict.error.reason : verdict.kind));

describe('joining', () => {
  it('enters a room that has a place, out of the room one is in', () => {
    const standing = { ...nobody, current: new Map([[1n, { roomId: 8n, joinedAt: earlier }]]) };
    expect(decideJoins(7n, open, [1n, 2n], standing)).toEqual([
      { kind: 'enter', since: now, leaving: 8n },
      { kind: 'enter', since: now, leaving: null },
    ]);
  });

  it('stays, with the same beginning, also in a full room', () => {
    const standing = { ...nobody, current: new Map([[1n, { roomId: 7n, joinedAt: earlier }]]) };
    expect(decideJoins(7n, { ...open, participantCount: 2 }, [1n], standing)).toEqual([
      { kind: 'stay', since: earlier },
    ]);
  });

  it('is refused by the first reason that applies', () => {
    const blocked = { ...nobody, blocked: new Set([1n]) };
    expect(reasons(decideJoins(7n, null, [1n], blocked))).toEqual(['ROOM_NOT_FOUND']);
    expect(reasons(decideJoins(7n, { ...open, status: 'closed' }, [1n], blocked))).toEqual(['ROOM_CLOSED']);
    expect(reasons(decideJoins(7n, { ...open, participantCount: 2 }, [1n], blocked))).toEqual(['USER_BLOCKED']);
    expect(reasons(decideJoins(7n, { ...open, participantCount: 2 }, [1n], nobody))).toEqual([
      'ROOM_CAPACITY_EXCEEDED',
    ]);
  });

  it('gives the last places to those who asked first, and counts who asks twice once', () => {
    expect(reasons(decideJoins(7n, open, [1n, 1n, 2n, 3n, 2n], nobody))).toEqual([
      'enter',
      'stay',
      'enter',
      'ROOM_CAPACITY_EXCEEDED',
      'stay',
    ]);
  });

  it('never lets in more than there are places, whoever asks how often', () => {
    const users = fc.array(fc.bigInt(1n, 12n), { maxLength: 30 });
    fc.assert(
      fc.property(users, fc.nat(10), fc.nat(10), (asking, participantCount, free) => {
        const room = { ...open, participantCount, maxParticipants: participantCount + free };
        const entered = decideJoins(7n, room, asking, nobody).filter(({ kind }) => kind === 'enter').length;
        expect(entered).toBe(Math.min(free, new Set(asking).size));
      }),
    );
  });
});
