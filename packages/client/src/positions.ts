/** Where a message stands on its channel. `off` is opaque: it is kept, and handed back to resume after it. */
export interface Position {
  readonly ch: string;
  readonly off: string;
}

/** Where an event belongs. What is nowhere kept has no position: it cannot be gone on from. */
export interface Place {
  readonly ch: string;
  readonly off?: string;
}

/** The last position of each channel. */
export interface PositionStore {
  readonly of: (channel: string) => string | undefined;
  readonly advance: (position: Position) => void;
  readonly forget: (channel: string) => void;
}

export function positionStore(): PositionStore {
  const last = new Map<string, string>();
  return {
    of: (channel) => last.get(channel),
    advance: ({ ch, off }) => void last.set(ch, off),
    forget: (channel) => void last.delete(channel),
  };
}

/** What an answer to a join or a handshake says about its channel. */
export interface Resumption extends Position {
  readonly recovered: boolean;
}

/**
 * Takes in an answer. When everything since our position is on its way, that position stays: the replayed messages
 * move it one by one, so that a connection lost in their middle resumes there.
 * @returns true when messages may have been missed: there was a position, and it could not be resumed from
 */
export function takeIn(positions: PositionStore, { ch, off, recovered }: Resumption): boolean {
  const resuming = positions.of(ch) !== undefined;
  if (recovered && resuming) return false;
  positions.advance({ ch, off });
  return resuming;
}
