/** Who is let in: one CONNECT of a connection at a time, with a good token, and not too often. */
import type { Server, Socket } from 'socket.io';
import type { Authenticator } from '../authenticator.ts';
import { addressKeys } from '../limits/client-address.ts';
import { enforce, type Limiter } from '../limits/limiter.ts';
import type { Policies } from '../limits/policies.ts';
import type { Closing } from './close-codes.ts';
import { closingFor, shakeHands } from './handshake.ts';

export interface AdmissionDeps {
  readonly authenticator: Pick<Authenticator, 'verify'>;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly policies: Policies;
  /** Whose X-Forwarded-For is believed. */
  readonly trustProxy: string | undefined;
}

/** The `data` of a socket that is let in is its handshake. */
export function admitClients(
  io: Server,
  deps: AdmissionDeps,
  onRefused: (socket: Socket, closing: Closing) => void,
): void {
  const addressKey = addressKeys(deps.trustProxy);
  /** Connections whose client is being asked who it is. */
  const asked = new WeakSet<object>();
  io.use((socket, next) => {
    // Each CONNECT of several at once would begin a session, with limits of its own.
    if (asked.has(socket.conn)) {
      socket.conn.close();
      return next(new Error('one CONNECT at a time'));
    }
    asked.add(socket.conn);
    admit(deps, addressKey, socket).then(
      () => next(),
      (error: unknown) => {
        asked.delete(socket.conn);
        const data = closingFor(error);
        onRefused(socket, data);
        next(Object.assign(new Error(data.reason), { data }));
      },
    );
  });
  io.on('connection', ({ conn }) => void asked.delete(conn));
}

/** Guessing tokens is limited like everything else. @throws what the handshake is refused with, or RATE_LIMITED */
async function admit(
  { authenticator, limiter, policies }: AdmissionDeps,
  addressKey: ReturnType<typeof addressKeys>,
  socket: Socket,
): Promise<void> {
  let userId: bigint;
  try {
    const handshake = await shakeHands(socket.handshake.auth, authenticator);
    socket.data = handshake;
    userId = handshake.principal.userId;
  } catch (error) {
    const { request, remoteAddress } = socket.conn;
    // A connection that had a session before has forgotten its request.
    const key = request === null ? `ip:${remoteAddress}` : addressKey(request);
    enforce(policies.ip, await limiter.take(policies.ip, key));
    throw error;
  }
  enforce(policies.user, await limiter.take(policies.user, String(userId)));
}
