/**
 * The Socket.IO server, on an HTTP server that somebody else starts and stops. Socket.IO keeps the connections and the acks; rooms, fan-out and recovery are the edge's, so its
 * own rooms and adapter are not used.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { userChannel } from '@fanfare/contracts';
import type { Part } from '@fanfare/kit';
import type { Registry as Metrics } from 'prom-client';
import { Server, type Socket } from 'socket.io';
import type { Authenticator } from '../authenticator.ts';
import type { Member } from '../edge/channel.ts';
import { decodePosition } from '../edge/position.ts';
import { connectionBucket } from '../limits/connection-bucket.ts';
import { enforce } from '../limits/limiter.ts';
import type { Revocation, Revocations } from '../revocations.ts';
import { CLOSE_CODES } from './close-codes.ts';
import { answerCommands, type DispatchDeps } from './dispatch.ts';
import { drain } from './drain.ts';
import { createFanout } from './fanout.ts';
import { closingFor, type Handshake, PROTOCOL_VERSION, shakeHands } from './handshake.ts';
import { socketMetrics } from './metrics.ts';
import { createSession, metaOf, type Session } from './session.ts';

export interface SocketServerDeps extends Omit<DispatchDeps, 'metrics'> {
  readonly http: HttpServer;
  readonly authenticator: Pick<Authenticator, 'verify'>;
  readonly revocations: Revocations;
  readonly metrics: Metrics;
  /** What may wait for one client before it is cut off. */
  readonly capBytes: number;
  readonly corsOrigins: readonly string[] | undefined;
  /** How fast clients are sent away at a stop, and told to come back elsewhere. */
  readonly drainPerSecond: number;
}

/** Ours stay under 4 KB; a larger frame than this is not read at all: the websocket is closed with 1009. */
const MESSAGE_BYTES_MOST = 256 * 1024;
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

export function createSocketServer(deps: SocketServerDeps): Part {
  const { registry, clock, log } = deps;
  const metrics = socketMetrics(deps.metrics, registry);
  const fanout = createFanout(clock);
  const responses = new WeakMap<IncomingMessage, { req: unknown }>();
  let isDraining = false;
  const io = new Server({
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: MESSAGE_BYTES_MOST,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: HANDSHAKE_TIMEOUT_MS,
    cors: { origin: deps.corsOrigins === undefined ? '*' : [...deps.corsOrigins] },
    allowRequest: (_request, decide) => decide(isDraining ? 'stopping' : null, !isDraining),
  });

  io.attach(deps.http);
  io.engine.use((request: IncomingMessage, response: { req: unknown }, next: () => void) => {
    responses.set(request, response);
    next();
  });

  io.use((socket, next) => {
    shakeHands(socket.handshake.auth, deps.authenticator)
      .catch((error: unknown) => limitGuessing(socket, error))
      .then((handshake) => {
        socket.data = handshake;
        next();
      })
      .catch((error: unknown) => {
        const data = closingFor(error);
        metrics.refused.inc({ code: String(data.code) });
        next(Object.assign(new Error(data.reason), { data }));
      });
  });

  /** Guessing tokens is limited like everything else. @throws what the handshake was refused with, or RATE_LIMITED */
  async function limitGuessing(socket: Socket, refusal: unknown): Promise<Handshake> {
    const { ip } = deps.policies;
    enforce(ip, await deps.limiter.take(ip, socket.handshake.address));
    throw refusal;
  }

  io.on('connection', (socket) => {
    const { principal, off, wantsTicks } = socket.data as Handshake;
    forgetRequest(socket, responses);
    let closedWith: string | null = null;
    const session: Session = createSession({
      socket,
      principal,
      wantsTicks,
      fanout,
      bucket: connectionBucket(deps.policies.connection, clock),
      capBytes: deps.capBytes,
      onClose: (reason) => {
        closedWith = String(CLOSE_CODES[reason]);
      },
      onRoomChange: (left, entered) => registry.moved(session, left, entered),
    });
    registry.add(session);
    socket.on('disconnect', (reason) => {
      session.end();
      registry.remove(session);
      metrics.disconnects.inc({ code: closedWith ?? reason });
    });
    socket.conn.on('heartbeat', session.tick);
    answerCommands({ ...deps, metrics }, socket, session);
    // The token was looked at before the session could be found by a revocation.
    if (deps.revocations.isRevoked(principal)) session.close('SESSION_REVOKED');
    else void openOwnChannel(session, off);
  });

  /** `session` first, then what was missed, then what comes. Never rejects. */
  async function openOwnChannel(session: Session, off: unknown): Promise<void> {
    const { userId, sessionId } = session.principal;
    const channel = userChannel(userId);
    const position = decodePosition(off);
    const member: Member = session.memberOf(channel, ({ name, data }) => {
      if (name === 'room.left') leaveAsTold(session, data);
    });
    try {
      const place = await deps.hub.join(channel, member, position === null ? null : { position, accepts: () => true });
      if (session.hasEnded()) return place.leave();
      session.enterUser(channel, place);
      const meta = metaOf(channel, place.position);
      const { recovered } = place;
      session.emit('session', { v: PROTOCOL_VERSION, sessionId, userId: Number(userId), ...meta, recovered }, meta);
      session.begin(place);
    } catch (error) {
      log.debug({ err: error }, 'no channel for a session');
      session.close('UNAVAILABLE', UNAVAILABLE_RETRY_MS * (1 + Math.random()));
    }
  }

  deps.revocations.onAdded((revocation) => {
    for (const session of registry.ofUser(revocation.userId)) endAsRevoked(session, revocation);
  });

  return {
    name: 'sockets',
    stop: async () => {
      isDraining = true;
      await drain([...registry.all()], deps.drainPerSecond);
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

const UNAVAILABLE_RETRY_MS = 1000;

function endAsRevoked(session: Session, revocation: Revocation): void {
  const { principal } = session;
  if (revocation.kind === 'user' && principal.issuedAt.getTime() < revocation.before) session.close('USER_BANNED');
  if (revocation.kind === 'session' && principal.sessionId === revocation.sessionId) session.close('SESSION_REVOKED');
  if (revocation.kind !== 'room') return;
  const stay = session.room();
  if (stay?.roomId === revocation.roomId && stay.since.getTime() < revocation.before) session.leaveRoom();
}

/** The user left the room by another way than this socket; a stay that began afterwards is another one. */
function leaveAsTold(session: Session, data: unknown): void {
  const { left_at } = data as { readonly left_at: string };
  const stay = session.room();
  if (stay !== null && stay.since.getTime() <= Date.parse(left_at)) session.leaveRoom();
}

/**
 * The request of the handshake is not needed any more, and a connection that keeps it weighs a third more. Everything
 * that refers to it must let go: engine.io's socket, Socket.IO's handshake, and the response.
 */
function forgetRequest(socket: Socket, responses: WeakMap<IncomingMessage, { req: unknown }>): void {
  if (socket.conn.transport.name !== 'websocket') return;
  const response = responses.get(socket.request);
  if (response !== undefined) response.req = null;
  (socket.conn as { request: unknown }).request = null;
  (socket as { handshake: unknown }).handshake = {};
  socket.data = {};
}
