/** Room tokens are signed by the rooms service with a secret it shares with the gateways, so that entering asks nobody. */
import { AppError, type Clock, type Secret } from '@fanfare/kit';
import { type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';

export interface RoomClaims {
  readonly roomId: bigint;
  readonly userId: bigint;
  readonly since: Date;
}

const refused = {
  invalid: () => new AppError('unauthenticated', 'TOKEN_INVALID', 'The room token is not valid.'),
  expired: () => new AppError('unauthenticated', 'TOKEN_EXPIRED', 'The room token has expired. Join the room again.'),
};

/**
 * @param secrets all that may have signed; rotation adds the new one before the old one goes
 * @throws TOKEN_INVALID, also for the token of another user, and TOKEN_EXPIRED
 */
export async function verifyRoomToken(
  token: string,
  userId: bigint,
  secrets: readonly Secret[],
  clock: Clock,
): Promise<RoomClaims> {
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, Buffer.from(secret.reveal()), {
        algorithms: ['HS256'],
        issuer: 'fanfare-rooms',
        requiredClaims: ['sub', 'exp'],
        currentDate: clock.now(),
      });
      const claims = claimsOf(payload);
      if (claims.userId !== userId) throw refused.invalid();
      return claims;
    } catch (error) {
      if (error instanceof AppError) throw error;
      // The signature is checked before the times, so an expired token is one of ours.
      if (error instanceof joseErrors.JWTExpired) throw refused.expired();
    }
  }
  throw refused.invalid();
}

function claimsOf({ sub = '', ...rest }: JWTPayload): RoomClaims {
  const { room, since } = rest as Readonly<Record<string, unknown>>;
  if (!/^[1-9]\d{0,15}$/.test(sub) || !isPositive(room) || !isPositive(since)) throw refused.invalid();
  return { roomId: BigInt(room), userId: BigInt(sub), since: new Date(since) };
}

const isPositive = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
