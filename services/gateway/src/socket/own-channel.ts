/** The first thing after a handshake: the user's own channel, announced by `session`, then what was missed, then live. */
import { userChannel } from '@fanfare/contracts';
import type { Logger } from '@fanfare/kit';
import type { Resume } from '../edge/channel.ts';
import type { Hub } from '../edge/hub.ts';
import { decodePosition } from '../edge/position.ts';
import { placeOf } from './fanout-frame.ts';
import { PROTOCOL_VERSION } from './handshake.ts';
import { OwnListener } from './listeners.ts';
import type { Session } from './session.ts';

const UNAVAILABLE_RETRY_MS = 1000;

/** Closes the session when its channel cannot be opened. Never rejects. */
export async function openOwnChannel(
  { hub, log }: { readonly hub: Hub; readonly log: Logger },
  session: Session,
  off: unknown,
): Promise<void> {
  const { userId, sessionId } = session.principal;
  const channel = userChannel(userId);
  try {
    const membership = await hub.join(channel, new OwnListener(session, channel), resumeOf(off));
    if (session.hasEnded()) return membership.leave();
    session.enterUser(membership);
    const place = placeOf(channel, membership.position);
    const { recovered } = membership;
    session.emit('session', { v: PROTOCOL_VERSION, sessionId, userId: Number(userId), ...place, recovered }, place);
    session.begin(membership);
  } catch (error) {
    log.debug({ err: error }, 'no channel for a session');
    session.close('UNAVAILABLE', UNAVAILABLE_RETRY_MS * (1 + Math.random()));
  }
}

function resumeOf(off: unknown): Resume | null {
  const position = decodePosition(off);
  return position === null ? null : { position, accepts: () => true };
}
