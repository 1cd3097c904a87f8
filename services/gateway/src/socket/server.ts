/**
 * The Socket.IO server, on an HTTP server that somebody else starts and stops. Socket.IO keeps the connections and the
 * acks; rooms, fan-out and recovery are the edge's, so its own rooms and adapter are not used.
 */
import type { Server as HttpServer } from 'node:http';
import type { Part } from '@fanfare/kit';
import type { Registry as Metrics } from 'prom-client';
import { Server, type Socket } from 'socket.io';
import type { EdgeConnection } from '../edge/connection.ts';
import type { Revocation, Revocations } from '../revocations.ts';
import { type AdmissionDeps, admitClients } from './admission.ts';
import { CLOSE_CODES } from './close-codes.ts';
import type { Command } from './command.ts';
import { answerCommands, type DispatchDeps } from './dispatch.ts';
import { type Draining, drain } from './drain.ts';
import { FairWebSocketServer } from './fair-websockets.ts';
import { createFanout } from './fanout.ts';
import { guardAgainstFloods } from './flood-guard.ts';
import { requestForgetter } from './forget-request.ts';
import type { Handshake } from './handshake.ts';
import { socketMetrics } from './metrics.ts';
import { openOwnChannel } from './own-channel.ts';
import { parser } from './parser.ts';
import { pollingAffinity } from './polling-affinity.ts';
import { refuseOtherMethods } from './polling-methods.ts';
import type { Registry } from './registry.ts';
import { Session, type SessionDeps } from './session.ts';

export interface SocketServerDeps extends AdmissionDeps, Omit<DispatchDeps, 'metrics' | 'commands'> {
  readonly commands: readonly Command[];
  readonly http: HttpServer;
  readonly revocations: Revocations;
  readonly connection: EdgeConnection;
  readonly metrics: Metrics;
  /** What may wait for one client before it is cut off. */
  readonly capBytes: number;
  readonly corsOrigins: readonly string[] | undefined;
  /** How fast clients are sent away at a stop, and told to come back elsewhere. */
  readonly draining: Draining;
}

/** A frame larger than this is not read at all: the websocket is closed with 1009. Below, an ack says what is too much. */
const FRAME_BYTES_MOST = 1024 * 1024;
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

export function createSocketServer(deps: SocketServerDeps): Part {
  const { registry, revocations } = deps;
  const metrics = socketMetrics(deps.metrics, registry);
  const fanout = createFanout(deps.clock, {
    hold: () => deps.connection.current()?.reading.hold(),
    resume: () => deps.connection.current()?.reading.resume(),
  });
  const commands = new Map(deps.commands.map((command) => [command.event, command]));
  const reception: Reception = { ...deps, commands, metrics, fanout, rate: deps.policies.connection };
  let isDraining = false;
  const io = new Server(deps.http, {
    serveClient: false,
    parser,
    wsEngine: FairWebSocketServer,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: FRAME_BYTES_MOST,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: HANDSHAKE_TIMEOUT_MS,
    // A balancer's cookie, which keeps a polling client at one gateway, needs credentials; nothing of ours is in cookies.
    cors: deps.corsOrigins === undefined ? { origin: '*' } : { origin: [...deps.corsOrigins], credentials: true },
    allowRequest: (_request, decide) => decide(isDraining ? 'stopping' : null, !isDraining),
  });
  const forgetRequest = requestForgetter(io);
  const guard = guardAgainstFloods(io, deps.policies.connection, deps.capBytes, deps.clock);
  io.engine.use(refuseOtherMethods);
  pollingAffinity({
    ...deps,
    io,
    isDraining: () => isDraining,
    onRefused: () => metrics.refused.inc({ code: String(CLOSE_CODES.POLLING_WITHOUT_AFFINITY) }),
  });

  admitClients(io, deps, (socket, { code }) => {
    guard.refused(socket);
    metrics.refused.inc({ code: String(code) });
  });
  io.on('connection', (socket) => {
    const handshake = socket.data as Handshake;
    forgetRequest(socket);
    guard.watch(socket, welcome(reception, socket, handshake));
  });
  revocations.onAdded((revocation) => {
    for (const session of registry.ofUser(revocation.userId)) endAsRevoked(session, revocation);
  });

  return {
    name: 'sockets',
    stop: async () => {
      isDraining = true;
      await drain(() => [...registry.all()], deps.draining);
      // Not by Socket.IO's rooms, in which nobody is.
      for (const socket of io.sockets.sockets.values()) socket.disconnect(true);
      io.engine.close();
    },
  };
}

interface Reception extends DispatchDeps, SessionDeps {
  readonly registry: Registry;
  readonly revocations: Revocations;
}

function welcome(deps: Reception, socket: Socket, { principal, wantsTicks, off }: Handshake): Session {
  const { registry, presence } = deps;
  const session = new Session(deps, socket, principal);
  registry.add(session);
  presence.cameOnline(principal.userId);
  socket.on('disconnect', (reason) => {
    session.end();
    registry.remove(session);
    if (!registry.hasUser(principal.userId)) presence.wentOffline(principal.userId);
    const { closedFor } = session;
    deps.metrics.disconnects.inc({ code: closedFor === null ? reason : String(CLOSE_CODES[closedFor]) });
  });
  if (wantsTicks) socket.conn.on('heartbeat', () => session.tick());
  answerCommands(deps, socket, session);
  // The token was looked at before a revocation could find the session.
  if (deps.revocations.isRevoked(principal)) session.close('SESSION_REVOKED');
  else void openOwnChannel(deps, session, off);
  return session;
}

function endAsRevoked(session: Session, revocation: Revocation): void {
  const { principal } = session;
  const { kind, before } = revocation;
  if (kind === 'user' && principal.sessionBegan < before) session.close('USER_BANNED');
  if (kind === 'session' && principal.sessionId === revocation.sessionId) session.close('SESSION_REVOKED');
  if (kind !== 'room') return;
  session.leaveRoomWhere(({ roomId, since }) => roomId === revocation.roomId && since.getTime() < before);
}
