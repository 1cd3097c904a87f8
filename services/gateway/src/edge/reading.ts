/**
 * Leaves the bus unread for moments. While a fan-out waits for its window to end, nothing that arrives can leave: read
 * together at the end it costs one wake-up of the process instead of one for each message.
 */
import type { NatsConnection } from '@nats-io/transport-node';

export interface Reading {
  /** Reads nothing until `resume`; not while an answer is waited for, which would come later for it. */
  readonly hold: () => void;
  /** Safe to repeat. */
  readonly resume: () => void;
}

/** Of libuv, which is Node's own way to hold a socket as soon as its buffer is full; `pause` fills that first. */
interface Handle {
  readonly readStart: () => void;
  readonly readStop: () => void;
}

/** What the client's connection holds beside its public interface. */
interface RawConnection {
  readonly protocol?: {
    readonly muxSubscriptions?: { readonly size: () => number };
    readonly transport?: { readonly socket?: { readonly encrypted?: boolean; readonly _handle?: Handle | null } };
  };
}

/** One that is encrypted has buffers of its own below, and is read as ever. */
export function readingOf(connection: NatsConnection): Reading {
  const { protocol } = connection as unknown as RawConnection;
  const socket = (): Handle | null => {
    const found = protocol?.transport?.socket;
    return found?.encrypted === true ? null : (found?._handle ?? null);
  };
  let held: Handle | null = null;
  return {
    hold: () => {
      if (held !== null || protocol?.muxSubscriptions?.size() !== 0) return;
      held = socket();
      held?.readStop();
    },
    resume: () => {
      // A connection that has ended meanwhile has no handle any more.
      if (held !== null && held === socket()) held.readStart();
      held = null;
    },
  };
}
