/**
 * Room tokens: what a participant shows to sockets and media servers. JWT, HS256, with the claims iss `fanfare-rooms`,
 * sub (user id), room (number), perms, since (epoch ms at which the participation began), iat and exp. The first secret
 * signs and every one verifies, so that a secret is replaced by putting the new one before it.
 */
import type { Clock, Secret } from '@fanfare/kit';
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { errors } from '../errors.ts';

export type Permission = 'subscribe' | 'chat' | 'gift' | 'publish';

export interface Participation {
  readonly roomId: bigint;
  readonly userId: bigint;
  readonly since: Date;
}

export interface RoomTokenClaims extends Participation {
  readonly permissions: readonly string[];
  readonly expiresAt: Date;
}

export interface RoomTokens {
  readonly issue: (participation: Participation, permissions: readonly Permission[]) => Promise<string>;
  /** @throws TOKEN_EXPIRED, or TOKEN_INVALID for everything that was not issued here */
  readonly verify: (token: string) => Promise<RoomTokenClaims>;
}

export interface RoomTokenOptions {
  readonly secrets: readonly Secret[];
  readonly ttlSeconds: number;
  readonly clock: Clock;
}

const ISSUER = 'fanfare-rooms';
const ALGORITHM = 'HS256';

/** What anybody in the room may do, and what its owner may. */
export function permissionsOf(userId: bigint, ownerId: bigint): readonly Permission[] {
  return userId === ownerId ? ['subscribe', 'chat', 'gift', 'publish'] : ['subscribe', 'chat', 'gift'];
}

const claimsShape = z.object({
  sub: z.string().regex(/^[1-9]\d{0,15}$/),
  room: z.int().positive(),
  perms: z.array(z.string()),
  since: z.int().positive(),
  exp: z.int().positive(),
});

export function roomTokens({ secrets, ttlSeconds, clock }: RoomTokenOptions): RoomTokens {
  const keys = secrets.map((secret) => new TextEncoder().encode(secret.reveal()));
  const [signingKey] = keys;
  if (signingKey === undefined) throw new Error('there is no secret to sign room tokens with');

  async function payloadOf(token: string): Promise<unknown> {
    for (const key of keys) {
      try {
        const options = { algorithms: [ALGORITHM], issuer: ISSUER, currentDate: clock.now() };
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (error instanceof joseErrors.JWTExpired) throw errors.TOKEN_EXPIRED();
        // Perhaps the next secret signed it; any other fault no secret mends.
        if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw errors.TOKEN_INVALID();
      }
    }
    throw errors.TOKEN_INVALID();
  }

  return {
    issue: ({ roomId, userId, since }, permissions) => {
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({ room: Number(roomId), perms: permissions, since: since.getTime() })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setSubject(userId.toString())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(signingKey);
    },
    verify: async (token) => {
      const parsed = claimsShape.safeParse(await payloadOf(token));
      if (!parsed.success) throw errors.TOKEN_INVALID();
      const { sub, room, perms, since, exp } = parsed.data;
      return {
        roomId: BigInt(room),
        userId: BigInt(sub),
        permissions: perms,
        since: new Date(since),
        expiresAt: new Date(exp * 1000),
      };
    },
  };
}
