/**
 * Leaves the bus unread for moments. While a fan-out waits for its window to end, nothing that arrives can leave: read
 * together at the end it costs one wake-up of the process instead of one for each message.
 */
import type { NatsConnection } from '@nats-io/transport-node';

export interface Reading {
  /**
   * Reads nothing until `resume`. Not when an answer is waited for, which would come later for it, or when there is a
   * backlog: what the kernel takes in for one window is little.
   */
  readonly hold: () => void;
  /** Safe to repeat. */
  readonly resume: () => void;
  /** Reads on for as long as `work` takes. */
  readonly urgently: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Of libuv, which is Node's own way to hold a socket as soon as its buffer is full; `pause` fills that first. */
interface Handle {
  readonly readStart: () => void;
  readonly readStop: () => void;
}

interface RawSocket {
  readonly bytesRead: number;
  readonly encrypted?: boolean;
  readonly _handle?: Handle | null;
}

/** What the client's connection holds beside its public interface. */
interface RawConnection {
  readonly protocol?: {
    readonly muxSubscriptions?: { readonly size: () => number };
    readonly transport?: { readonly socket?: RawSocket };
  };
}

/** As much as is read at once: there is more where so much came from. */
const BACKLOG_BYTES = 65_536;

/** One that is encrypted has buffers of its own below, and is read as ever. */
export function readingOf(connection: NatsConnection): Reading {
  const { protocol } = connection as unknown as RawConnection;
  const handle = (): Handle | null => {
    const socket = protocol?.transport?.socket;
    return socket?.encrypted === true ? null : (socket?._handle ?? null);
  };
  let held: Handle | null = null;
  let readBefore = 0;
  let urgent = 0;

  /** Since it was asked for the last time. */
  function hasBacklog(): boolean {
    const read = protocol?.transport?.socket?.bytesRead ?? 0;
    const isMuch = read - readBefore > BACKLOG_BYTES;
    readBefore = read;
    return isMuch;
  }

  function resume(): void {
    // A connection that has ended meanwhile has no handle any more.
    if (held !== null && held === handle()) held.readStart();
    held = null;
  }

  return {
    hold: () => {
      if (held !== null || hasBacklog() || urgent > 0 || protocol?.muxSubscriptions?.size() !== 0) return;
      held = handle();
      held?.readStop();
    },
    resume,
    urgently: async (work) => {
      urgent += 1;
      resume();
      try {
        return await work();
      } finally {
        urgent -= 1;
      }
    },
  };
}
