import type { History } from './history.ts';
import type { Position } from './position.ts';
import type { EdgeRecord } from './record.ts';
import type { Recovery } from './recovery.ts';

/** What a channel needs of the connection of now. */
export interface Link {
  readonly history: History;
  readonly recovery: Recovery;
  /** The newest tick received. */
  readonly tick: () => Position;
  /** Whether the stream has this message now. */
  readonly isStored: (position: Position) => Promise<boolean>;
  /** @returns how to end the subscription; safe after the connection is lost */
  readonly subscribe: (
    channel: string,
    arrived: (record: EdgeRecord, previous: number) => void,
    /** Given what is nowhere kept. */
    told?: (record: EdgeRecord) => void,
  ) => () => void;
}
