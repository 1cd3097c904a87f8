/**
 * One channel on one gateway, from its first member to its last.
 *
 *   catching up --(read, proved, drained)--> open --(gap, or compared and behind)--> catching up
 *        ^-------------------(a new connection)------------------------|
 *
 * While open, live messages go straight to the members. While catching up they wait, and history since `position` is
 * read and proved complete; if that cannot be proved, members are told that something is lost, and go on from now.
 * Offsets are kept per member: a member's own replay may be ahead of what this gateway has received live.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, commonErrors, type Logger } from '@fanfare/kit';
import { judge } from './arrival.ts';
import type { History } from './history.ts';
import { laterOf, NOWHERE, type Position } from './position.ts';
import type { EdgeRecord } from './record.ts';
import type { Recovery, Replay } from './recovery.ts';

/** What a channel needs of the connection of now. */
export interface Link {
  readonly history: History;
  readonly recovery: Recovery;
  /** The newest tick received. */
  readonly tick: () => Position;
  /** @returns how to end the subscription; safe after the connection is lost */
  readonly subscribe: (channel: string, arrived: (record: EdgeRecord, previous: number) => void) => () => void;
}

export interface Member {
  /** Called once for every message, in order. */
  readonly deliver: (record: EdgeRecord) => void;
  /** Something between the last delivery and `position` can no longer be told. */
  readonly lost: (position: Position) => void;
}

/** Where a member wants to go on from. */
export interface Resume {
  readonly position: Position;
  /** A complete replay that this refuses counts as not recovered. */
  readonly accepts: (replay: Replay) => boolean;
}

/** A place in a channel. Until `start` everything is kept for the member, so that it can answer its client first. */
export interface Membership {
  readonly recovered: boolean;
  /** Where the member begins: the position it asked for when recovered, else that of now. */
  readonly position: Position;
  /** What it missed since `position`; `start` delivers it. */
  readonly replay: readonly EdgeRecord[];
  readonly start: () => void;
  /** A position later than the member's last delivery at which it has missed nothing, or null. */
  readonly laterPosition: () => Position | null;
  readonly leave: () => void;
}

export interface ChannelEvents {
  readonly log: Logger;
  readonly clock: Clock;
  readonly onCaughtUp: (outcome: 'repaired' | 'lost') => void;
}

interface Seat {
  readonly member: Member;
  offset: number;
  /** What came before `start`; null afterwards. */
  pending: EdgeRecord[] | null;
  lostAt: Position | null;
}

interface Waiting {
  readonly record: EdgeRecord;
  readonly previous: number;
}

/** What may wait for a member's start or for a catch-up: several seconds of the busiest room. */
const WAITING_MOST = 20_000;
const RETRY_MS = 100;
const JOIN_ATTEMPTS = 5;
/** A client that waits longer has given up. */
const OPEN_TIMEOUT_MS = 5000;

export type Channel = ReturnType<typeof createChannel>;

export function createChannel(name: string, { log, clock, onCaughtUp }: ChannelEvents) {
  const seats = new Set<Seat>();
  let link: Link | null = null;
  let unsubscribe = (): void => {};
  let state: 'closed' | 'catching up' | 'open' = 'closed';
  /** Grows whenever the channel begins to catch up; what was read under another number is not used. */
  let epoch = 0;
  let opened = Promise.withResolvers<void>();
  let known = 0;
  let position: Position | null = null;
  let waiting: Waiting[] = [];
  let heardAt = clock.monotonic();

  function deliver(record: EdgeRecord): void {
    known = record.seq;
    position = { seq: record.seq, id: record.id };
    heardAt = clock.monotonic();
    for (const seat of seats) give(seat, record);
  }

  function arrived(record: EdgeRecord, previous: number): void {
    if (state !== 'open') {
      // Forgetting all of them is noticed as a gap by the next one.
      if (waiting.length >= WAITING_MOST) waiting = [];
      waiting.push({ record, previous });
      return;
    }
    const verdict = judge(known, record.seq, previous);
    if (verdict === 'deliver') deliver(record);
    else if (verdict === 'repair') beginCatchUp([{ record, previous }]);
  }

  function beginCatchUp(first: Waiting[]): void {
    if (link === null) return;
    epoch += 1;
    if (state === 'open') opened = Promise.withResolvers();
    state = 'catching up';
    waiting = first;
    void catchUp(link, epoch);
  }

  async function catchUp(through: Link, mine: number): Promise<void> {
    while (epoch === mine) {
      const step = await nextStep(through).catch((error: unknown) => {
        log.debug({ err: error, channel: name }, 'catching up failed, trying again');
        return null;
      });
      if (epoch !== mine) return;
      step?.();
      if (step !== null && drained()) {
        state = 'open';
        opened.resolve();
        return;
      }
      await delay(RETRY_MS);
    }
  }

  /** Reads what is needed; the step that it answers takes it in, at once, if nothing has changed meanwhile. */
  const nextStep = (through: Link): Promise<() => void> =>
    position === null ? openFirst(through) : readOn(through, position);

  /** The tick is read before the request: only then does the answer say that nothing lies between the two. */
  async function openFirst(through: Link): Promise<() => void> {
    const tick = through.tick();
    const last = await through.history.last(name);
    return () => {
      known = last?.seq ?? 0;
      position = laterOf(tick, last === null ? NOWHERE : { seq: last.seq, id: last.id });
      heardAt = clock.monotonic();
    };
  }

  async function readOn(through: Link, from: Position): Promise<() => void> {
    const replay = from.seq === 0 ? null : await through.recovery.after(name, from);
    if (replay !== null) {
      return () => {
        replay.records.forEach(deliver);
        onCaughtUp('repaired');
      };
    }
    const startOver = await openFirst(through);
    return () => {
      startOver();
      onCaughtUp('lost');
      for (const seat of seats) lose(seat, position ?? NOWHERE);
    };
  }

  /** Takes in what came meanwhile. @returns false when there is another gap in it */
  function drained(): boolean {
    const arrivals = waiting;
    waiting = [];
    for (const [index, { record, previous }] of arrivals.entries()) {
      const verdict = judge(known, record.seq, previous);
      if (verdict === 'deliver') deliver(record);
      if (verdict === 'repair') {
        waiting = arrivals.slice(index);
        return false;
      }
    }
    return true;
  }

  async function untilOpen(): Promise<Link> {
    const timeout = new AbortController();
    const late = delay(OPEN_TIMEOUT_MS, 'late' as const, { signal: timeout.signal }).catch(() => 'late' as const);
    try {
      while (state !== 'open' || link === null) {
        if ((await Promise.race([opened.promise, late])) === 'late') throw commonErrors.UNAVAILABLE();
      }
      return link;
    } finally {
      timeout.abort();
    }
  }

  /** One try; null when the channel had to catch up meanwhile, which may have passed the seat by. */
  async function attempt(seat: Seat, resume: Resume | null): Promise<Membership | null> {
    const through = await untilOpen();
    const mine = epoch;
    const now = position ?? NOWHERE;
    seats.add(seat);
    try {
      const replay = resume === null ? null : await through.recovery.after(name, resume.position);
      const accepted = replay !== null && resume?.accepts(replay) === true ? replay : null;
      if (epoch === mine) return membership(seat, resume, accepted, now);
    } catch (error) {
      log.debug({ err: error, channel: name }, 'a replay could not be read');
    }
    seats.delete(seat);
    return null;
  }

  function membership(seat: Seat, resume: Resume | null, replay: Replay | null, now: Position): Membership {
    const begin = replay === null || resume === null ? now : resume.position;
    const records = replay?.records ?? [];
    seat.offset = begin.seq;
    return {
      recovered: replay !== null,
      position: begin,
      replay: records,
      start: () => start(seat, records),
      laterPosition: () => (state === 'open' && position !== null && position.seq > seat.offset ? position : null),
      leave: () => void seats.delete(seat),
    };
  }

  return {
    name,
    /** Milliseconds since anything was heard or compared. */
    silentMs: () => clock.monotonic() - heardAt,
    /** Begins with a new connection: subscribes, then opens, or repairs what the members have missed. */
    connect: (to: Link): void => {
      link = to;
      unsubscribe = to.subscribe(name, arrived);
      beginCatchUp([]);
    },
    disconnect: (): void => {
      link = null;
      epoch += 1;
      unsubscribe();
      if (state === 'open') opened = Promise.withResolvers();
      state = 'closed';
      waiting = [];
    },
    /** @throws UNAVAILABLE when the stream cannot be read in time */
    join: async (member: Member, resume: Resume | null): Promise<Membership> => {
      for (let tries = 0; tries < JOIN_ATTEMPTS; tries += 1) {
        const joined = await attempt({ member, offset: 0, pending: [], lostAt: null }, resume);
        if (joined !== null) return joined;
        await delay(RETRY_MS);
      }
      throw commonErrors.UNAVAILABLE();
    },
    /**
     * Compares with the stream's last message, so that a message lost on the way here is found even when none follows.
     * When there is none, the newest tick of before the comparison is a position of this channel too.
     */
    compare: async (): Promise<void> => {
      if (link === null || state !== 'open') return;
      const mine = epoch;
      const tick = link.tick();
      const last = await link.history.last(name);
      if (epoch !== mine || position === null) return;
      heardAt = clock.monotonic();
      if (last !== null && last.seq > known) beginCatchUp([]);
      else if (last === null || last.seq === known) position = laterOf(position, tick);
    },
  };
}

function give(seat: Seat, record: EdgeRecord): void {
  if (seat.pending === null) {
    if (record.seq <= seat.offset) return;
    seat.offset = record.seq;
    seat.member.deliver(record);
  } else if (seat.pending.length < WAITING_MOST) {
    seat.pending.push(record);
  } else {
    lose(seat, { seq: record.seq, id: record.id });
  }
}

function lose(seat: Seat, at: Position): void {
  if (seat.pending === null) {
    seat.offset = at.seq;
    seat.member.lost(at);
  } else {
    seat.pending = [];
    seat.lostAt = at;
  }
}

function start(seat: Seat, replay: readonly EdgeRecord[]): void {
  const pending = seat.pending ?? [];
  seat.pending = null;
  for (const record of replay) give(seat, record);
  if (seat.lostAt !== null) lose(seat, seat.lostAt);
  for (const record of pending) give(seat, record);
}
