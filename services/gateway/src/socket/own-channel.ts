/**
 * The first thing after a handshake: the user's own channel, announced by `session`, then what was missed, then live.
 * After it the channel of everybody, of which nothing is replayed: what it says is for who is here.
 */
import { type Channel, userChannel } from '@fanfare/contracts';
import type { Logger } from '@fanfare/kit';
import type { Resume } from '../edge/channel.ts';
import type { Hub } from '../edge/hub.ts';
import { decodePosition } from '../edge/position.ts';
import { PROTOCOL_VERSION } from './handshake.ts';
import { placeOf, type Session } from './session.ts';

const UNAVAILABLE_RETRY_MS = 1000;
const EVERYBODY: Channel = 'all';

/** Closes the session when its channel cannot be opened. Never rejects. */
export async function openOwnChannel(
  { hub, log }: { readonly hub: Hub; readonly log: Logger },
  session: Session,
  off: unknown,
): Promise<void> {
  const { userId, sessionId } = session.principal;
  const channel = userChannel(userId);
  const member = session.memberOf(channel, ({ name, data }) => {
    if (name === 'room.left') leaveAsTold(session, data);
  });
  try {
    const membership = await hub.join(channel, member, resumeOf(off));
    if (session.hasEnded()) return membership.leave();
    session.enterUser(channel, membership);
    const place = placeOf(channel, membership.position);
    const { recovered } = membership;
    session.emit('session', { v: PROTOCOL_VERSION, sessionId, userId: Number(userId), ...place, recovered }, place);
    session.begin(membership);
    await listenToAll(hub, session);
  } catch (error) {
    log.debug({ err: error }, 'no channel for a session');
    session.close('UNAVAILABLE', UNAVAILABLE_RETRY_MS * (1 + Math.random()));
  }
}

async function listenToAll(hub: Hub, session: Session): Promise<void> {
  const membership = await hub.join(
    EVERYBODY,
    session.memberOf(EVERYBODY, () => {}),
    null,
  );
  if (session.hasEnded()) return membership.leave();
  session.enterUser(EVERYBODY, membership);
  session.begin(membership);
}

function resumeOf(off: unknown): Resume | null {
  const position = decodePosition(off);
  return position === null ? null : { position, accepts: () => true };
}

/** The user left the room by another way than this socket; a stay that began afterwards is another one. */
function leaveAsTold(session: Session, data: unknown): void {
  const { left_at } = data as { readonly left_at: string };
  if (session.room !== null && session.room.since.getTime() <= Date.parse(left_at)) session.leaveRoom();
}
