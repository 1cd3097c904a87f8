/**
 * One socket that comes back by itself. States: closed -> connecting -> open -> (lost -> connecting)* -> closed. It is
 * open once the server's `session` has arrived. Socket.IO's own reconnection is off: ours asks for a fresh token each
 * time and obeys the server's `closing`.
 */
import { io, type Socket } from 'socket.io-client';
import type { Closing } from './backoff.ts';
import { FanfareError } from './fanfare-error.ts';
import type { Commands, SessionInfo, SocketError } from './generated/objects.ts';
import type { Place } from './positions.ts';
import { reconnectPlan } from './reconnect-plan.ts';
import { shortenableWait } from './shortenable-wait.ts';
import { onWakeUp, type PageScope } from './wake-ups.ts';

export interface LinkOptions {
  readonly url: string;
  readonly transports: readonly ('websocket' | 'polling')[];
  /** The handshake of the next attempt; with a new token when the last one was not good any more. */
  readonly handshake: (renewToken: boolean) => Promise<Record<string, unknown>>;
  readonly onOpen: (session: SessionInfo) => void;
  readonly onLost: (reason: string, retryInMs: number) => void;
  readonly onClosed: (code: number | null, reason: string) => void;
  readonly onEvent: (name: string, data: unknown, place: Place | undefined) => void;
  /** Default: what is global. */
  readonly page?: PageScope;
}

type Ack<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: SocketError };

type CommandName = keyof Commands;

export interface Link {
  readonly open: () => void;
  /** Leaves for good; told as `CLOSED`. */
  readonly close: () => void;
  /**
   * Sends a command once. `onData` runs before any event that follows the ack.
   * @throws FanfareError the refusal, or NETWORK when no ack came: then it may have been carried out
   */
  readonly send: <C extends CommandName>(
    name: C,
    payload: Commands[C]['payload'],
    onData?: (data: Commands[C]['data']) => void,
  ) => Promise<Commands[C]['data']>;
}

/** The time a handshake may take until the session is there. */
const OPEN_MS = 10_000;
const ACK_MS = 5000;

export function createLink(options: LinkOptions): Link {
  let auth: Record<string, unknown> = {};
  const socket = newSocket(options, () => auth);
  const plan = reconnectPlan();
  const retry = shortenableWait(() => void connect());
  let opening: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  function end(code: number | null, reason: string): void {
    if (ended) return;
    ended = true;
    clearTimeout(opening);
    retry.stop();
    stopListening();
    socket.disconnect();
    options.onClosed(code, reason);
  }

  function lost(why: string): void {
    clearTimeout(opening);
    if (ended) return;
    const { waitMs, code, reason } = plan.lost(why, Math.random());
    if (waitMs === null) {
      end(code, reason);
      return;
    }
    options.onLost(reason, waitMs);
    retry.start(waitMs);
  }

  const stopListening = onWakeUp(() => {
    const waitMs = plan.hurry(Math.random());
    if (waitMs !== null) retry.shorten(waitMs);
  }, options.page);

  async function connect(): Promise<void> {
    const renewToken = plan.begin();
    try {
      auth = await options.handshake(renewToken);
      if (renewToken) plan.renewed();
    } catch (error) {
      if (error instanceof FanfareError && error.retryable) return lost(error.code);
      return end(null, error instanceof FanfareError ? error.code : String(error));
    }
    if (ended) return;
    opening = setTimeout(() => {
      socket.disconnect();
      lost('no session');
    }, OPEN_MS);
    socket.connect();
  }

  listen(socket, {
    onSession: (session) => {
      clearTimeout(opening);
      plan.opened();
      options.onOpen(session);
    },
    onClosing: plan.told,
    onLost: lost,
    onEvent: options.onEvent,
  });

  return {
    open: () => void connect(),
    close: () => end(null, 'CLOSED'),
    send: (name, payload, onData) => sendCommand(socket, name, payload, onData),
  };
}

const newSocket = ({ url, transports }: LinkOptions, auth: () => Record<string, unknown>): Socket =>
  io(url, {
    autoConnect: false,
    reconnection: false,
    forceNew: true,
    transports: [...transports],
    // In their order: else only the first one would ever be tried.
    tryAllTransports: true,
    auth: (use) => use(auth()),
  });

interface Heard {
  readonly onSession: (session: SessionInfo) => void;
  readonly onClosing: (notice: Closing) => void;
  readonly onLost: (reason: string) => void;
  readonly onEvent: LinkOptions['onEvent'];
}

function listen(socket: Socket, { onSession, onClosing, onLost, onEvent }: Heard): void {
  socket.on('session', onSession);
  socket.on('closing', onClosing);
  socket.on('disconnect', (reason) => {
    // Our own disconnects are followed up by whoever made them.
    if (reason !== 'io client disconnect') onLost(reason);
  });
  socket.on('connect_error', (error: Error & { readonly data?: Closing }) => {
    if (error.data !== undefined) onClosing(error.data);
    onLost(error.message);
  });
  socket.onAny((name: string, data: unknown, place: Place | undefined) => {
    if (name !== 'session' && name !== 'closing') onEvent(name, data, place);
  });
}

/** With a callback, not a promise: a promise's continuation may run after the events that follow the ack. */
function sendCommand<C extends CommandName>(
  socket: Socket,
  name: C,
  payload: Commands[C]['payload'],
  onData: ((data: Commands[C]['data']) => void) | undefined,
): Promise<Commands[C]['data']> {
  return new Promise((resolve, reject) => {
    if (!socket.connected) {
      reject(FanfareError.network('not connected'));
      return;
    }
    socket.timeout(ACK_MS).emit(name, payload, (error: Error | null, ack?: Ack<Commands[C]['data']>) => {
      if (error !== null || ack === undefined) {
        reject(FanfareError.network(error?.message ?? 'no ack'));
      } else if (!ack.ok) {
        reject(FanfareError.fromAck(ack.error));
      } else {
        onData?.(ack.data);
        resolve(ack.data);
      }
    });
  });
}
