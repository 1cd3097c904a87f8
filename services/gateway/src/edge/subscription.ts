/**
 * A member's subscription to a channel. Offsets are kept per member: a replay may be ahead of what arrives live. There are two
 * of these for every socket, so it is one object.
 */
import { NOWHERE, type Position } from './position.ts';
import type { EdgeRecord } from './record.ts';

export interface Member {
  /** Called once for every message, in order; for one that has no place in it (`seq` 0) whenever it comes. */
  readonly deliver: (record: EdgeRecord) => void;
  /** Something between the last delivery and `position` can no longer be told. */
  readonly lost: (position: Position) => void;
}

/** A member's subscription as it is seen by whoever joined. Until `start` everything is kept for the member, so that it can answer its client first. */
export interface Membership {
  readonly recovered: boolean;
  /** Where the member begins: the position it asked for when recovered, else that of now. */
  readonly position: Position;
  /** What it missed since `position`, until `start` delivers it. */
  readonly replay: readonly EdgeRecord[];
  /** Delivers the replay, then what came meanwhile; from now on everything at once. */
  readonly start: () => void;
  /** A position later than the member's last delivery at which it has missed nothing, or null. */
  readonly laterPosition: () => Position | null;
  /** Safe to repeat. */
  readonly leave: () => void;
}

/** What a subscription asks of its channel. */
export interface SubscribedChannel {
  /** A position at which nothing on the channel is missing, or null while it is catching up. */
  readonly provenPosition: () => Position | null;
  readonly unsubscribe: (subscription: Subscription) => void;
}

/** What may wait for a member's start or for a catch-up: several seconds of the busiest room. */
export const WAITING_MOST = 20_000;

export class Subscription implements Membership {
  readonly #member: Member;
  readonly #channel: SubscribedChannel;
  recovered = false;
  position = NOWHERE;
  replay: readonly EdgeRecord[] = [];
  /** Everything up to here has been delivered, or was never to be. */
  #offset = 0;
  /** What came before `start`; null afterwards. */
  #pending: EdgeRecord[] | null = [];
  #lostAt: Position | null = null;

  constructor(member: Member, channel: SubscribedChannel) {
    this.#member = member;
    this.#channel = channel;
  }

  /** @param replay what is to be delivered first; null when the member begins at `position` without one */
  takeUp(position: Position, replay: readonly EdgeRecord[] | null): void {
    this.recovered = replay !== null;
    this.position = position;
    this.#offset = position.seq;
    this.replay = replay ?? [];
  }

  give(record: EdgeRecord): void {
    if (this.#pending === null) {
      if (record.seq <= this.#offset) return;
      this.#offset = record.seq;
      this.#member.deliver(record);
    } else if (this.#pending.length < WAITING_MOST) {
      this.#pending.push(record);
    } else {
      this.lose({ seq: record.seq, id: record.id });
    }
  }

  /** Something that is nowhere kept: whoever has not started yet does without. */
  tell(record: EdgeRecord): void {
    if (this.#pending === null) this.#member.deliver(record);
  }

  lose(at: Position): void {
    if (this.#pending === null) {
      this.#offset = at.seq;
      this.#member.lost(at);
    } else {
      this.#pending = [];
      this.#lostAt = at;
    }
  }

  start(): void {
    const replay = this.replay;
    const pending = this.#pending ?? [];
    this.replay = [];
    this.#pending = null;
    for (const record of replay) this.give(record);
    if (this.#lostAt !== null) this.lose(this.#lostAt);
    for (const record of pending) this.give(record);
  }

  laterPosition(): Position | null {
    const proven = this.#channel.provenPosition();
    return proven !== null && proven.seq > this.#offset ? proven : null;
  }

  leave(): void {
    this.#channel.unsubscribe(this);
  }
}
