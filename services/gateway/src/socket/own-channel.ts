/**
 * The first thing after a handshake: the user's own channel, announced by `session`, then what was missed, then live.
 * After it the channel of everybody, of which nothing is replayed: what it says is for who is here.
 */
import { type Channel, userChannel } from '@fanfare/contracts';
import type { Logger } from '@fanfare/kit';
import type { Resume } from '../edge/channel.ts';
import type { Hub } from '../edge/hub.ts';
import { decodePosition } from '../edge/position.ts';
import { placeOf } from './fanout-frame.ts';
import { PROTOCOL_VERSION } from './handshake.ts';
import type { Session } from './session.ts';

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
  const dialects = () => session.dialectsOf(channel);
  const member = session.memberOf(channel, dialects, ({ name, data }) => {
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
  const dialects = () => session.dialectsOf(EVERYBODY);
  const member = session.memberOf(EVERYBODY, dialects, () => {});
  const membership = await hub.join(EVERYBODY, member, null);
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
  const { room_id, left_at } = data as { readonly room_id: number; readonly left_at: string };
  const leftAt = Date.parse(left_at);
  session.leaveRoomWhere(({ roomId, since }) => roomId === BigInt(room_id) && since.getTime() <= leftAt);
}
