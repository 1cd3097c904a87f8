/** What a connection tells: the server's events under their own (dotted) names, and the SDK's about itself. */
import type { FanfareError } from './fanfare-error.ts';
import type { WalletNotification } from './notifications.ts';
import type { RoomSnapshot } from './objects.ts';
import type { Position } from './positions.ts';

/** Payloads of events with a dotted name are snake_case, and their amounts decimal strings. */
export interface ServerEvents {
  /** What is available now, of all three. */
  'balance.updated': { readonly coins: string; readonly diamonds: string; readonly points: string };
  'gift.sent': {
    /** The sender's own id. */
    readonly id: string;
    readonly room_id: number | null;
    readonly sender_id: number;
    readonly recipient_ids: readonly number[];
    readonly gift_id: number;
    readonly quantity: number;
    readonly price: string;
    readonly total_cost: string;
    readonly combo_id: string | null;
    readonly combo_count: number;
    readonly sent_at: string;
  };
  'chat.message': {
    readonly id: string;
    readonly room_id: number;
    readonly user_id: number;
    readonly text: string;
    readonly sent_at: string;
  };
  /** Hide it after 3 s without another. Not told to the connection that said so. */
  'chat.typing': { readonly room_id: number; readonly user_id: number; readonly is_typing: boolean };
  /** The user has read a room's chat up to this message, on another device. */
  'chat.seen': {
    readonly room_id: number;
    /** Whose message it is. */
    readonly user_id: number;
    readonly id: string;
  };
  'room.participant_count': { readonly room_id: number; readonly count: number };
  'room.member_blocked': {
    readonly room_id: number;
    readonly user_id: number;
    readonly by_user_id: number;
    /** What was said of it, or null. */
    readonly reason: string | null;
  };
  /** Nobody is in it any more. */
  'room.closed': { readonly room_id: number };
  /** One is out of the room: `left` on another device, `moved` to another room, `away` for too long. */
  'room.left': { readonly room_id: number; readonly cause: string; readonly left_at: string };
  /** What happened to one's points. Later releases have more types: ignore those you do not know. */
  notification: WalletNotification;
}

/** The answer to the handshake, for the user's own channel. */
export interface SessionInfo extends Position {
  readonly v: number;
  readonly sessionId: string;
  readonly userId: number;
  readonly recovered: boolean;
}

/** How a room was entered again after a reconnect. `snapshot` is null when everything missed was replayed. */
export interface RoomResumed {
  readonly roomId: number;
  readonly recovered: boolean;
  readonly snapshot: RoomSnapshot | null;
}

export interface LocalEvents {
  connected: SessionInfo;
  /** `retryInMs` is when the next attempt starts at the latest: a device that is told of a network hurries. */
  disconnected: { readonly reason: string; readonly retryInMs: number };
  /** The end: the server wants no reconnect, or the session is over. */
  closed: { readonly code: number | null; readonly reason: string };
  /** Messages of this channel may have been missed: load again by REST what is shown of it. */
  gap: { readonly ch: string };
  roomResumed: RoomResumed;
  /** A room that was joined does not let us in any more. */
  roomLost: { readonly roomId: number; readonly error: FanfareError };
}

export type Events = ServerEvents & LocalEvents;

export type Listener<T> = (data: T, position: Position | undefined) => void;

/** Typed for the events above; any other name gets what the server sends, as `unknown`. */
export interface On {
  <E extends keyof Events>(name: E, listener: Listener<Events[E]>): () => void;
  (name: string, listener: Listener<unknown>): () => void;
}

export interface Emitter {
  /** Returns what stops the listening. */
  readonly on: On;
  readonly emit: (name: string, data: unknown, position?: Position) => void;
}

/** A listener that throws keeps no other one from being called; its error surfaces as an unhandled one. */
export function emitter(): Emitter {
  const listeners = new Map<string, Set<Listener<unknown>>>();
  return {
    on: (name: string, listener: Listener<never>) => {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all);
      all.add(listener as Listener<unknown>);
      return () => void all.delete(listener as Listener<unknown>);
    },
    emit: (name, data, position) => {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(data, position);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
