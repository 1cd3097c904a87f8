import { fakeClock, Secret } from '@fanfare/kit';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { verifyRoomToken } from './room-token.ts';

const [OLD, NEW] = ['the old secret of at least 32 chars', 'the new secret of at least 32 chars'];
const now = new Date('2026-01-01T00:00:00Z');
const clock = fakeClock(now);
const secrets = [new Secret(NEW), new Secret(OLD)];

interface Made {
  readonly secret?: string;
  readonly issuer?: string;
  readonly expires?: number;
  readonly claims?: object;
}

const made = ({ secret = NEW, issuer = 'fanfare-rooms', expires = 60, claims = {} }: Made = {}) =>
  new SignJWT({ room: 42, perms: [], since: now.getTime(), ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject('7')
    .setExpirationTime(now.getTime() / 1000 + expires)
    .sign(Buffer.from(secret));

const verify = (token: string, userId = 7n) => verifyRoomToken(token, userId, secrets, clock);

describe('a room token', () => {
  it('says who is in which room since when, whichever of the secrets signed it', async () => {
    for (const secret of [OLD, NEW]) {
      expect(await verify(await made({ secret }))).toEqual({ roomId: 42n, userId: 7n, since: now });
    }
  });

  it('is refused when it is forged, of another user, of another kind, or not a token', async () => {
    const invalid = { reason: 'TOKEN_INVALID' };
    await expect(verify(await made({ secret: 'somebody else, of at least 32 chars' }))).rejects.toMatchObject(invalid);
    await expect(verify(await made({ issuer: 'fanfare' }))).rejects.toMatchObject(invalid);
    await expect(verify(await made(), 8n)).rejects.toMatchObject(invalid);
    await expect(verify(await made({ claims: { room: '42' } }))).rejects.toMatchObject(invalid);
    await expect(verify('abc')).rejects.toMatchObject(invalid);
  });

  it('is refused as expired when that is all that is wrong', async () => {
    const expired = { reason: 'TOKEN_EXPIRED' };
    for (const secret of [OLD, NEW])
      await expect(verify(await made({ secret, expires: -1 }))).rejects.toMatchObject(expired);
    const forged = await made({ secret: 'somebody else, of at least 32 chars', expires: -1 });
    await expect(verify(forged)).rejects.toMatchObject({ reason: 'TOKEN_INVALID' });
  });
});
