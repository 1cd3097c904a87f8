import { describe, expect, it } from 'vitest';
import { publicFace } from './areas.ts';
import { keyOf, parseKey, type Revocation, revocationOf } from './revocations.ts';

const at = new Date(1_700_000_000_123);
const before = at.getTime();

const all: readonly Revocation[] = [
  { kind: 'user', userId: 7n, before },
  { kind: 'session', userId: 7n, sessionId: '0190c8f0-1111-7000-8000-000000000000', before },
  { kind: 'room', roomId: 42n, userId: 7n, before },
];

describe('a revocation', () => {
  it('survives the way into the bucket and back', () => {
    for (const revocation of all) expect(parseKey(keyOf(revocation), before)).toEqual(revocation);
  });

  it('of a kind that a later release invented is left alone', () => {
    expect(parseKey('tenant.7', before)).toBeNull();
    expect(parseKey('user.7.8', before)).toBeNull();
  });

  it('follows from a ban, the end of a session and a block', () => {
    expect(
      revocationOf(publicFace.ends, {
        name: 'userBanned',
        message: { userId: 7n, byUserId: 1n, reason: 'r', bannedAt: at },
      }),
    ).toEqual(all[0]);
    const sessionId = '0190c8f0-1111-7000-8000-000000000000';
    expect(
      revocationOf(publicFace.ends, {
        name: 'sessionRevoked',
        message: { userId: 7n, sessionId, cause: 'logout', revokedAt: at },
      }),
    ).toEqual(all[1]);
    expect(
      revocationOf(publicFace.ends, {
        name: 'memberBlocked',
        message: { roomId: 42n, userId: 7n, byUserId: 1n, reason: 'r', blockedAt: at },
      }),
    ).toEqual(all[2]);
  });

  it('follows from nothing else', () => {
    expect(revocationOf(publicFace.ends, { name: 'catalogueChanged', message: { giftId: 1n } })).toBeNull();
    expect(
      revocationOf(publicFace.ends, {
        name: 'participantLeft',
        message: { roomId: 42n, userId: 7n, cause: 'left', leftAt: at },
      }),
    ).toBeNull();
  });
});
