/** What a connection tells: the server's events under their own (dotted) names, and the SDK's about itself. */
import type { FanfareError } from './fanfare-error.ts';
import type { Commands, ServerEvents, SessionInfo } from './generated/objects.ts';
import type { Position } from './positions.ts';

type Entered = Extract<Commands['room.join']['data'], { readonly recovered: false }>;

/** What there is to show of a room when nothing could be replayed. */
export type RoomSnapshot = Pick<Entered, 'room' | 'seats' | 'participants' | 'messages'>;

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
