import type { Sql } from '@fanfare/database';
import { newId } from '@fanfare/kit';
import type { User } from '../accounts/user-store.ts';
import type { SessionTimes } from '../deps.ts';
import { hashOfToken, newRefreshToken } from './refresh-token.ts';
import { type Device, insertSession } from './session-store.ts';

/** What a login ends with; the access token is signed after the commit. */
export interface Grant {
  readonly user: User;
  readonly sessionId: string;
  readonly refreshToken: string;
}

/** Opens a session inside a transaction that holds the user's row, so that a ban ends it or comes before it. */
export async function openSession(
  tx: Sql,
  user: User,
  { device, now, times }: { readonly device: Device; readonly now: Date; readonly times: SessionTimes },
): Promise<Grant> {
  const [sessionId, refreshToken] = [newId(), newRefreshToken()];
  await insertSession(tx, {
    id: sessionId,
    userId: user.id,
    device,
    tokenHash: hashOfToken(refreshToken),
    now,
    expiresAt: new Date(now.getTime() + times.idleMs),
  });
  return { user, sessionId, refreshToken };
}
