/** A live connection: events as they happen, each once, and commands that survive reconnects. */
import { v7 as newId } from 'uuid';
import type { Api } from './api.ts';
import { backoffMs } from './backoff.ts';
import { untilAnswered } from './commands.ts';
import { duplicateFilter } from './duplicates.ts';
import { eventGate } from './event-gate.ts';
import { emitter, type On } from './events.ts';
import { FanfareError } from './fanfare-error.ts';
import type { ChatMessage, Commands, SentGiftReceipt, SessionInfo } from './generated/objects.ts';
import { delay } from './http.ts';
import { incoming } from './incoming.ts';
import { createLink, type Link } from './link.ts';
import { positionStore, takeIn } from './positions.ts';
import { type Readiness, readiness } from './readiness.ts';
import { type RoomVisit, type RoomVisits, roomVisits } from './room-visits.ts';
import { notLoggedIn, type TokenKeeper } from './tokens.ts';

type GiftCommand = Commands['gift.send']['payload'];

/** `id` is made here unless given: whoever repeats a gift after a failure sends it under the same. */
export type GiftToSend = Omit<GiftCommand, 'id'> & Partial<Pick<GiftCommand, 'id'>>;

export interface Connection {
  readonly on: On;
  /** The current session, or the last one while reconnecting. */
  readonly session: () => SessionInfo;
  /** Joins by REST, enters by socket, and enters again after every reconnect. Leaves the room joined before. */
  readonly joinRoom: (roomId: number) => Promise<RoomVisit>;
  /** At once nothing of it is shown any more; resolves when the server knows. The user leaves with their last socket. */
  readonly leaveRoom: (roomId: number) => Promise<void>;
  /** Sends until acknowledged, under one id. See `commands.ts` for what it throws. */
  readonly sendGift: (gift: GiftToSend) => Promise<SentGiftReceipt>;
  readonly sendChat: (roomId: number, text: string, id?: string) => Promise<ChatMessage>;
  /** Tells the room; say it every second or two while it lasts. Once: what could not be sent is not sent later. */
  readonly setTyping: (roomId: number, isTyping: boolean) => Promise<void>;
  /** Tells this user's other devices how far the room's chat has been read. Once, like `setTyping`. */
  readonly markSeen: (roomId: number, message: Pick<ChatMessage, 'userId' | 'id'>) => Promise<void>;
  /** For good: `closed` is told, and what waits is refused with `CLOSED`. The room is left after a minute. */
  readonly close: () => void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly tokens: TokenKeeper;
  readonly api: Api;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with the first session; until then it keeps trying.
 * @throws FanfareError when the server wants none, or `CLOSED` when `signal` is aborted first
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, transports, tokens, api, signal } = options;
  const { on, emit } = emitter();
  const positions = positionStore();
  const duplicates = duplicateFilter();
  const ready = readiness();
  const gate = eventGate();
  let session: SessionInfo | undefined;

  const link = createLink({
    url,
    transports,
    handshake: async (renewToken) => {
      const token = await tokenFor(tokens, renewToken);
      const off = session === undefined ? undefined : positions.of(session.ch);
      return { token, v: 1, tick: true, ...(off !== undefined && { off }) };
    },
    onOpen: (opened) => {
      session = opened;
      gate.pause();
      if (takeIn(positions, opened)) emit('gap', { ch: opened.ch });
      emit('connected', opened);
      const isCurrent = (): boolean => session === opened && !ready.isOver();
      // Commands wait until the rooms are entered again: most of them are about a room.
      void untilResumed(rooms, isCurrent).then(() => isCurrent() && ready.raise());
    },
    onLost: (reason, retryInMs) => {
      ready.lower();
      emit('disconnected', { reason, retryInMs });
    },
    onClosed: (code, reason) => {
      ready.end(closedError(code, reason));
      emit('closed', { code, reason });
    },
    onEvent: (name, data, place) => gate.pass(() => ready.isOver() || take(name, data, place)),
  });

  const rooms = roomVisits({
    api,
    link,
    positions,
    duplicates,
    onAnswer: gate.pause,
    onGap: (ch) => emit('gap', { ch }),
    onResumed: (resumed) => emit('roomResumed', resumed),
    onLost: (roomId, error) => emit('roomLost', { roomId, error }),
  });
  const take = incoming({ positions, duplicates, rooms, emit });
  const send = <C extends 'gift.send' | 'chat.send'>(
    name: C,
    payload: Commands[C]['payload'],
  ): Promise<Commands[C]['data']> => untilAnswered(ready.wait, { id: payload.id }, () => link.send(name, payload));

  await untilOpen(link, ready, signal);
  return {
    on,
    session: () => session as SessionInfo,
    joinRoom: (roomId) => untilAnswered(ready.wait, { roomId: String(roomId) }, () => rooms.join(roomId)),
    leaveRoom: (roomId) => {
      rooms.forget(roomId);
      return untilAnswered(ready.wait, { roomId: String(roomId) }, () => rooms.tellLeft(roomId));
    },
    sendGift: (gift) => send('gift.send', { ...gift, id: gift.id ?? newId() }),
    sendChat: (roomId, text, id = newId()) => send('chat.send', { id, roomId, text }),
    setTyping: async (roomId, isTyping) => void (await link.send('chat.type', { roomId, isTyping })),
    markSeen: async (roomId, { userId, id }) => void (await link.send('chat.see', { roomId, userId, id })),
    close: link.close,
  };
}

async function untilOpen(link: Link, ready: Readiness, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) link.close();
  else link.open();
  signal?.addEventListener('abort', link.close);
  await ready.wait().finally(() => signal?.removeEventListener('abort', link.close));
}

async function tokenFor(tokens: TokenKeeper, renewed: boolean): Promise<string> {
  const current = tokens.current();
  if (current === null) throw notLoggedIn();
  return renewed ? tokens.renew(current.accessToken) : current.accessToken;
}

/** Again and again while the session lasts: what keeps a room from being entered may be over soon. */
async function untilResumed(rooms: RoomVisits, isCurrent: () => boolean): Promise<void> {
  for (let attempt = 0; isCurrent(); attempt += 1) {
    try {
      await rooms.resume();
      return;
    } catch (error) {
      if (!(error instanceof FanfareError)) throw error;
      await delay(backoffMs(attempt, Math.random()));
    }
  }
}

const closedError = (code: number | null, reason: string): FanfareError =>
  new FanfareError({
    code: reason,
    kind: reason === 'CLOSED' ? 'aborted' : 'unauthenticated',
    message: `The connection is closed: ${reason}`,
    details: code === null ? {} : { closingCode: String(code) },
    retryable: false,
  });
