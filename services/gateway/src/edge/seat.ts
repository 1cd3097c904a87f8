/** What a channel keeps of one member. Offsets are kept per member: a replay may be ahead of what arrives live. */
import type { Position } from './position.ts';
import type { EdgeRecord } from './record.ts';

export interface Member {
  /** Called once for every message, in order. */
  readonly deliver: (record: EdgeRecord) => void;
  /** Something between the last delivery and `position` can no longer be told. */
  readonly lost: (position: Position) => void;
}

/** What may wait for a member's start or for a catch-up: several seconds of the busiest room. */
export const WAITING_MOST = 20_000;

export class Seat {
  readonly #member: Member;
  /** Everything up to here has been delivered, or was never to be. */
  offset = 0;
  /** What came before `start`; null afterwards. */
  #pending: EdgeRecord[] | null = [];
  #lostAt: Position | null = null;

  constructor(member: Member) {
    this.#member = member;
  }

  give(record: EdgeRecord): void {
    if (this.#pending === null) {
      if (record.seq <= this.offset) return;
      this.offset = record.seq;
      this.#member.deliver(record);
    } else if (this.#pending.length < WAITING_MOST) {
      this.#pending.push(record);
    } else {
      this.lose({ seq: record.seq, id: record.id });
    }
  }

  lose(at: Position): void {
    if (this.#pending === null) {
      this.offset = at.seq;
      this.#member.lost(at);
    } else {
      this.#pending = [];
      this.#lostAt = at;
    }
  }

  /** Delivers the replay, then what came meanwhile; from now on everything at once. */
  start(replay: readonly EdgeRecord[]): void {
    const pending = this.#pending ?? [];
    this.#pending = null;
    for (const record of replay) this.give(record);
    if (this.#lostAt !== null) this.lose(this.#lostAt);
    for (const record of pending) this.give(record);
  }
}
