import { fakeClock, Secret } from '@fanfare/kit';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { permissionsOf, roomTokens } from './room-token.ts';

const start = new Date('2026-11-21T12:00:00Z');
const OLD = 'an-old-secret-of-32-characters-00';
const NEW = 'a-new-secret-of-32-characters-000';
const participation = { roomId: 42n, userId: 7n, since: new Date('2026-11-21T11:59:58.123Z') };

function tokensWith(...secrets: string[]) {
  const clock = fakeClock(start);
  return { clock, ...roomTokens({ secrets: secrets.map((text) => new Secret(text)), ttlSeconds: 3600, clock }) };
}

const forged = (secret: string, claims: Record<string, unknown> = {}, algorithm = 'HS256') =>
  new SignJWT({ room: 42, perms: ['publish'], since: 1, ...claims })
    .setProtectedHeader({ alg: algorithm })
    .setIssuer('fanfare-rooms')
    .setSubject('7')
    .setExpirationTime(start.getTime() / 1000 + 60)
    .sign(new TextEncoder().encode(secret));

const INVALID = { kind: 'unauthenticated', reason: 'TOKEN_INVALID' };

describe('a room token', () => {
  it('says what it was issued for, to the millisecond', async () => {
    const { issue, verify } = tokensWith(NEW);
    expect(await verify(await issue(participation, ['subscribe', 'chat']))).toEqual({
      ...participation,
      permissions: ['subscribe', 'chat'],
      expiresAt: new Date('2026-11-21T13:00:00Z'),
    });
  });

  it('expires', async () => {
    const { issue, verify, clock } = tokensWith(NEW);
    const token = await issue(participation, []);
    clock.advance(3_599_000);
    await verify(token);
    clock.advance(1000);
    await expect(verify(token)).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'TOKEN_EXPIRED' });
  });

  it('is accepted while its secret is listed, and signed by the first one', async () => {
    const before = await tokensWith(OLD).issue(participation, []);
    const rotated = tokensWith(NEW, OLD);
    await rotated.verify(before);
    const after = await rotated.issue(participation, []);
    await tokensWith(NEW).verify(after);
    await expect(tokensWith(NEW).verify(before)).rejects.toMatchObject(INVALID);
  });

  it('is refused when somebody else signed it, nobody did, or its claims were changed', async () => {
    const { issue, verify } = tokensWith(NEW);
    const [header, , signature] = (await issue(participation, [])).split('.');
    const claims = Buffer.from(JSON.stringify({ sub: '8', room: 42, perms: ['publish'], since: 1, exp: 9e9 }));
    const unsigned = new UnsecuredJWT({ room: 42, perms: [], since: 1 })
      .setIssuer('fanfare-rooms')
      .setSubject('7')
      .setExpirationTime(start.getTime() / 1000 + 60)
      .encode();
    const wrong = [
      await forged('another-secret-of-32-characters-0'),
      await forged(`${NEW}${NEW}`, {}, 'HS512'),
      `${header}.${claims.toString('base64url')}.${signature}`,
      unsigned,
      '',
      'a.b.c',
    ];
    for (const token of wrong) await expect(verify(token), token).rejects.toMatchObject(INVALID);
  });

  it('is refused when its claims are not those of a room token', async () => {
    const { verify } = tokensWith(NEW);
    for (const claims of [{ room: '42' }, { since: undefined }, { perms: 'all' }, { iss: 'fanfare' }, { sub: 'x' }]) {
      const token = new SignJWT({ iss: 'fanfare-rooms', sub: '7', room: 42, perms: [], since: 1, ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(start.getTime() / 1000 + 60)
        .sign(new TextEncoder().encode(NEW));
      await expect(verify(await token), JSON.stringify(claims)).rejects.toMatchObject(INVALID);
    }
  });

  it('lets only the owner publish', () => {
    expect(permissionsOf(1n, 1n)).toContain('publish');
    expect(permissionsOf(2n, 1n)).not.toContain('publish');
  });
});
