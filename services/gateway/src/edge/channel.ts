/**
 * One channel on one gateway, from its first member to its last.
 *
 *   catching up --(read, proved, drained)--> open --(gap, doubt, or compared and not the same)--> catching up
 *        ^-------------------(a new connection)------------------------|
 *
 * While open, live messages go straight to the members. While catching up they wait, and history since `#position` is
 * read and proved complete; if that cannot be proved, members are told that something is lost, and go on from now.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, commonErrors, type Logger } from '@fanfare/kit';
import { judge } from './arrival.ts';
import type { Link } from './link.ts';
import { laterOf, NOWHERE, type Position } from './position.ts';
import type { EdgeRecord } from './record.ts';
import type { Replay } from './recovery.ts';
import { type Member, type Membership, type SubscribedChannel, Subscription, WAITING_MOST } from './subscription.ts';

/** Where a member wants to go on from. */
export interface Resume {
  readonly position: Position;
  /** A complete replay that this refuses counts as not recovered. */
  readonly accepts: (replay: Replay) => boolean;
}

export interface ChannelOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly onCaughtUp: (outcome: 'repaired' | 'lost') => void;
}

interface Waiting {
  readonly record: EdgeRecord;
  readonly previous: number;
}

const RETRY_MS = 100;
const JOIN_ATTEMPTS = 5;
/** Channels that open together are not compared together: for each, silence seems to have begun up to so long ago. */
const SILENCE_SPREAD_MS = 10_000;
/** A client that waits longer has given up. */
const OPEN_TIMEOUT_MS = 5000;

export class Channel implements SubscribedChannel {
  readonly name: string;
  readonly #options: ChannelOptions;
  readonly #onLeft: () => void;
  readonly #subscriptions = new Set<Subscription>();
  #link: Link | null = null;
  #unsubscribe = (): void => {};
  #state: 'closed' | 'catching up' | 'open' = 'closed';
  /** What those wait for who came while it was not open. */
  #opened: PromiseWithResolvers<void> | null = null;
  /** Grows whenever the channel begins to catch up; what was read under another number is not used. */
  #epoch = 0;
  /** The last sequence on the channel. Not the same as the position: a tick in its place would hide gaps. */
  #known = 0;
  #position: Position | null = null;
  #waiting: Waiting[] = [];
  #heardAt: number;

  /** @param onLeft called whenever a member leaves */
  constructor(name: string, options: ChannelOptions, onLeft: () => void) {
    this.name = name;
    this.#options = options;
    this.#onLeft = onLeft;
    this.#heardAt = options.clock.monotonic();
  }

  /** Milliseconds since anything was heard or compared. */
  silentMs(): number {
    return this.#options.clock.monotonic() - this.#heardAt;
  }

  /** Begins with a new connection: subscribes, then opens, or repairs what the members have missed. */
  connect(link: Link): void {
    this.#link = link;
    this.#unsubscribe = link.subscribe(
      this.name,
      (record, previous) => this.#arrived({ record, previous }),
      (record) => this.#tell(record),
    );
    this.#beginCatchUp([]);
  }

  disconnect(): void {
    this.#link = null;
    this.#epoch += 1;
    this.#unsubscribe();
    this.#state = 'closed';
    this.#waiting = [];
  }

  /** @throws UNAVAILABLE when the stream cannot be read in time */
  async join(member: Member, resume: Resume | null): Promise<Membership> {
    for (let tries = 0; tries < JOIN_ATTEMPTS; tries += 1) {
      const joined = await this.#tryJoin(new Subscription(member, this), resume);
      if (joined !== null) return joined;
      await delay(RETRY_MS);
    }
    throw commonErrors.UNAVAILABLE();
  }

  provenPosition(): Position | null {
    return this.#state === 'open' ? this.#position : null;
  }

  unsubscribe(subscription: Subscription): void {
    if (this.#subscriptions.delete(subscription)) this.#onLeft();
  }

  /**
   * Compares with the stream's last message, so that a message lost on the way here is found even when none follows.
   * When there is none, the newest tick of before the comparison is a position of this channel too.
   */
  async compare(): Promise<void> {
    if (this.#link === null || this.#state !== 'open') return;
    const mine = this.#epoch;
    const known = this.#known;
    const tick = this.#link.tick();
    const last = await this.#link.history.last(this.name);
    if (this.#epoch !== mine || this.#known !== known || this.#position === null) return;
    this.#heard();
    // An earlier one is the last of a stream that has begun anew.
    if (last !== null && last.seq !== known) this.#beginCatchUp([]);
    else this.#position = laterOf(this.#position, tick);
  }

  #tell(record: EdgeRecord): void {
    for (const subscription of this.#subscriptions) subscription.tell(record);
  }

  #arrived(arrival: Waiting): void {
    if (this.#state !== 'open') {
      // Forgetting all of them is noticed as a gap by the next one.
      if (this.#waiting.length >= WAITING_MOST) this.#waiting = [];
      this.#waiting.push(arrival);
      return;
    }
    const verdict = judge(this.#known, arrival.record.seq, arrival.previous);
    if (verdict === 'drop' || this.#isPast(arrival.record)) void this.#doubt(this.#epoch);
    else if (verdict === 'deliver') this.#deliver(arrival.record);
    else if (verdict === 'repair') this.#beginCatchUp([arrival]);
  }

  /** There is no further message up to the position, so this one is of another stream, or has come late. */
  #isPast({ seq }: EdgeRecord): boolean {
    return seq <= (this.#position?.seq ?? 0);
  }

  /**
   * A message of the past has come late, or the stream has begun anew. Nothing is delivered until the position's own
   * message was seen there; it is younger than one that comes late, so it has not aged out.
   */
  async #doubt(mine: number): Promise<void> {
    if (this.#link === null || this.#position === null) return;
    this.#state = 'catching up';
    const { seq, id } = this.#position;
    const stored = await this.#link.history.at(seq).catch(() => null);
    if (this.#epoch !== mine) return;
    if (stored?.id === id && this.#drained()) this.#open();
    else this.#beginCatchUp(this.#waiting);
  }

  #deliver(record: EdgeRecord): void {
    this.#known = record.seq;
    this.#position = { seq: record.seq, id: record.id };
    this.#heard();
    for (const subscription of this.#subscriptions) subscription.give(record);
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  #open(): void {
    this.#state = 'open';
    this.#opened?.resolve();
    this.#opened = null;
  }

  #beginCatchUp(first: Waiting[]): void {
    if (this.#link === null) return;
    this.#epoch += 1;
    this.#state = 'catching up';
    this.#waiting = first;
    void this.#catchUp(this.#link, this.#epoch);
  }

  /** Never rejects: goes on trying until it is done or another one has begun. */
  async #catchUp(link: Link, mine: number): Promise<void> {
    while (this.#epoch === mine) {
      const step = await this.#nextStep(link).catch((error: unknown) => {
        this.#options.log.debug({ err: error, channel: this.name }, 'catching up failed, trying again');
        return null;
      });
      if (this.#epoch !== mine) return;
      step?.();
      if (step !== null && this.#drained()) {
        this.#open();
        return;
      }
      await delay(RETRY_MS);
    }
  }

  /** Reads what is needed; the step that it answers takes it in, at once, if nothing has changed meanwhile. */
  #nextStep(link: Link): Promise<() => void> {
    return this.#position === null ? this.#openFirst(link) : this.#readOn(link, this.#position);
  }

  /** The tick is read before the request: only then does the answer say that nothing lies between the two. */
  async #openFirst(link: Link): Promise<() => void> {
    const tick = link.tick();
    const last = await link.history.last(this.name);
    const newest = last === null ? NOWHERE : { seq: last.seq, id: last.id };
    // A tick of a stream that has begun anew since then would hide what the new one says until it is as long.
    const position = tick.seq > newest.seq && (await link.isStored(tick)) ? tick : newest;
    return () => {
      this.#known = newest.seq;
      this.#position = position;
      this.#heardAt = this.#options.clock.monotonic() - Math.random() * SILENCE_SPREAD_MS;
    };
  }

  async #readOn(link: Link, from: Position): Promise<() => void> {
    const replay = from.seq === 0 ? null : await link.recovery.after(this.name, from);
    if (replay !== null) {
      return () => {
        for (const record of replay.records) this.#deliver(record);
        this.#options.onCaughtUp('repaired');
      };
    }
    const startOver = await this.#openFirst(link);
    return () => {
      startOver();
      this.#options.onCaughtUp('lost');
      for (const subscription of this.#subscriptions) subscription.lose(this.#position ?? NOWHERE);
    };
  }

  /** Takes in what came meanwhile. @returns false when there is another gap in it */
  #drained(): boolean {
    const arrivals = this.#waiting;
    this.#waiting = [];
    for (const [index, { record, previous }] of arrivals.entries()) {
      const verdict = judge(this.#known, record.seq, previous);
      const isOfAnother = verdict !== 'drop' && this.#isPast(record);
      if (verdict === 'deliver' && !isOfAnother) this.#deliver(record);
      if (verdict === 'repair' || isOfAnother) {
        this.#waiting = arrivals.slice(index);
        return false;
      }
    }
    return true;
  }

  /** Null when the channel had to catch up meanwhile, which may have passed the subscription by. */
  async #tryJoin(subscription: Subscription, resume: Resume | null): Promise<Membership | null> {
    const link = await this.#untilOpen();
    const mine = this.#epoch;
    const now = this.#position ?? NOWHERE;
    this.#subscriptions.add(subscription);
    try {
      const replay = resume === null ? null : await link.recovery.after(this.name, resume.position);
      const accepted = replay !== null && resume?.accepts(replay) === true ? replay : null;
      const begin = accepted === null ? now : (resume?.position ?? now);
      if (this.#epoch === mine) {
        subscription.takeUp(begin, accepted?.records ?? null);
        return subscription;
      }
    } catch (error) {
      this.#options.log.debug({ err: error, channel: this.name }, 'a replay could not be read');
    }
    this.#subscriptions.delete(subscription);
    return null;
  }

  async #untilOpen(): Promise<Link> {
    if (this.#state === 'open' && this.#link !== null) return this.#link;
    const timeout = new AbortController();
    const late = delay(OPEN_TIMEOUT_MS, 'late' as const, { signal: timeout.signal }).catch(() => 'late' as const);
    try {
      while (this.#state !== 'open' || this.#link === null) {
        this.#opened ??= Promise.withResolvers();
        if ((await Promise.race([this.#opened.promise, late])) === 'late') throw commonErrors.UNAVAILABLE();
      }
      return this.#link;
    } finally {
      timeout.abort();
    }
  }
}
