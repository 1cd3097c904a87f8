/** What a session does with the records of its own channel and of its room: it shows them, and leaves as it is told. */
import type { Position } from '../edge/position.ts';
import type { EdgeRecord } from '../edge/record.ts';
import type { Member } from '../edge/subscription.ts';
import type { Dialect } from './fanout-frame.ts';
import type { Session } from './session.ts';

export class OwnListener implements Member {
  readonly #session: Session;
  readonly #channel: string;

  constructor(session: Session, channel: string) {
    this.#session = session;
    this.#channel = channel;
  }

  deliver(record: EdgeRecord): void {
    this.#session.showCommon(this.#channel, record);
    if (record.message.name === 'room.left') leaveAsTold(this.#session, record.message.data);
  }

  lost(position: Position): void {
    this.#session.showCommonLoss(this.#channel, position);
  }
}

export class RoomListener implements Member {
  readonly #session: Session;
  readonly #channel: string;
  readonly #dialect: Dialect;

  constructor(session: Session, channel: string, dialect: Dialect) {
    this.#session = session;
    this.#channel = channel;
    this.#dialect = dialect;
  }

  deliver(record: EdgeRecord): void {
    this.#session.show(this.#dialect, this.#channel, record);
    if (record.message.name === 'room.closed') this.#session.leaveRoom(this.#dialect);
  }

  lost(position: Position): void {
    this.#session.showLoss(this.#dialect, this.#channel, position);
  }
}

/** The user left the room by another way than this socket; a stay that began afterwards is another one. */
function leaveAsTold(session: Session, data: unknown): void {
  const { room_id, left_at } = data as { readonly room_id: number; readonly left_at: string };
  const leftAt = Date.parse(left_at);
  session.leaveRoomWhere(({ roomId, since }) => roomId === BigInt(room_id) && since.getTime() <= leftAt);
}
