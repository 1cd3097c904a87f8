import { type Call, commonErrors, requireUser } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import { lockUsers } from '../accounts/user-store.ts';
import type { Deps } from '../deps.ts';
import { sessionRevoked } from './announcements.ts';
import { revokeSession } from './session-store.ts';

/** Ends the caller's own session; one that has ended before is left as it is. @throws UNAUTHENTICATED */
export async function endSession(deps: Deps, call: Call): Promise<void> {
  const userId = requireUser(call.caller);
  const { sessionId } = call.caller;
  if (sessionId === undefined) throw commonErrors.UNAUTHENTICATED();
  const at = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    await lockUsers(tx, [userId]);
    const revoked = await revokeSession(tx, { id: sessionId, userId }, 'logout', at);
    if (revoked !== null) await announce(tx, sessionRevoked(revoked, { cause: 'logout', at }, call));
  });
  deps.wakeRelay();
}
