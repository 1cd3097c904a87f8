/**
 * Posting ahead: batches that are folded on what this process knows, and sent without waiting for those before them.
 *
 *   known accounts --fold--> flight 1 --.
 *   as flight 1 leaves them --fold--> flight 2 --> the database: one after the other, on one connection
 *
 * While the database writes one batch the next one is folded; it waits neither for us nor for a round trip. A flight
 * whose ledger is not the expected one (another replica has posted, an id was used before) is refused by the database,
 * with all that were folded on top of it. Their commands then take the way that reads first (batch-runner.ts), so
 * nothing here can be wrong about money: it can only have been in vain.
 */
import type { AccountId } from '../ledger/accounts.ts';
import { type Folded, foldBatch, type LedgerState } from '../ledger/fold.ts';
import type { AccountRow } from '../ledger/working-accounts.ts';
import { type Head, keysOf } from './batch-read.ts';
import { ATTEMPT_TIMEOUT_MS, type BatchRunner, type Timing, type Waiting } from './batch-runner.ts';
import { headAfter } from './batch-write.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { LedgerMetrics } from './metrics.ts';
import type { Mirror } from './mirror.ts';
import { failureOf } from './retry.ts';

/**
 * - `committed`, at this time of the database.
 * - `refused`: nothing was written.
 * - `unknown`: the connection was lost; the ids tell.
 */
type Landing =
  | { readonly type: 'committed'; readonly now: Date }
  | { readonly type: 'refused' }
  | { readonly type: 'unknown' };

interface Flight {
  readonly batch: readonly Waiting[];
  readonly before: Head;
  readonly folded: Folded;
  /** Never rejects. */
  readonly landed: Promise<Landing>;
  readonly started: number;
}

/** One is written while the next is folded; a third would only wait longer. */
const MOST_FLIGHTS = 2;
/** Fewer commands than this are not split into two batches: each has statements and a commit, whatever is in it. */
const WORTH_SPLITTING = 16;
const MAX_BATCH = 256;
/** After a flight in vain, batches that read first before the next try: 1, 2, 4, ... 64 while it goes on. */
const LONGEST_PAUSE = 64;

const NOTHING_ELSE = { journals: new Map(), refusals: new Map(), holds: new Map(), limits: new Map() };

export class BatchAhead {
  readonly #runner: BatchRunner;
  readonly #mirror: Mirror;
  readonly #timing: Timing;
  readonly #metrics: LedgerMetrics;
  readonly #flights: Flight[] = [];
  #pause = 0;
  #waitFor = 0;

  constructor(runner: BatchRunner, mirror: Mirror, timing: Timing, metrics: LedgerMetrics) {
    this.#metrics = metrics;
    this.#runner = runner;
    this.#mirror = mirror;
    this.#timing = timing;
  }

  get isFlying(): boolean {
    return this.#flights.length > 0;
  }

  get isFull(): boolean {
    return this.#flights.length >= MOST_FLIGHTS;
  }

  /**
   * How many of the waiting commands the next batch takes: half of all that are known of, so that two can alternate, and
   * as many as go into one where batches read first.
   */
  shareOf(waiting: number): number {
    if (this.#waitFor > 0) return Math.min(waiting, MAX_BATCH);
    const flying = this.#flights.reduce((sum, { batch }) => sum + batch.length, 0);
    const all = waiting + flying;
    return all < WORTH_SPLITTING ? waiting : Math.min(waiting, Math.ceil(all / 2), MAX_BATCH);
  }

  /** @returns those that have to be read first: none, or all that somebody still waits for */
  async launch(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const known = this.#mirror.head;
    const live = this.#runner.dropExpired(batch);
    if (live.length === 0 || known === null) return live;
    if (this.#waitFor > 0) {
      this.#waitFor -= 1;
      return live;
    }
    const commands = live.map(({ command }) => command);
    // Holds and limits are not mirrored: few commands have any.
    if (commands.some(({ hold, limit }) => hold !== null || limit !== null)) return live;
    try {
      const session = await this.#runner.usableSession();
      const { accountIds, journalIds } = keysOf(commands);
      const state = await this.#stateOf(session, accountIds);
      const before = { ...known, now: this.#mirror.now(this.#timing.monotonic()) };
      const folded = foldBatch(state, commands, before.now);
      if (folded.journals.length === 0) return live;
      const next = headAfter(before, folded);
      const landed = this.#fly(session, session.append(before, next, folded, journalIds));
      for (const waiting of live) waiting.folded = true;
      this.#mirror.advance(next, folded.accounts);
      this.#flights.push({ batch: live, before, folded, landed, started: this.#timing.monotonic() });
      return [];
    } catch {
      return live; // reading first finds out what is wrong, and whose fault it is
    }
  }

  /** Waits until the oldest flight has landed, or until it is interrupted. */
  async land(interrupted: Promise<void> | null): Promise<void> {
    const [oldest] = this.#flights;
    if (oldest === undefined) return;
    const landing = await (interrupted === null ? oldest.landed : Promise.race([oldest.landed, interrupted]));
    if (landing === undefined) return;
    if (landing.type !== 'committed') return this.#startOver();
    this.#flights.shift();
    this.#mirror.heard(landing.now, this.#timing.monotonic());
    // One success among busy replicas is chance; alone, a few more make it nothing.
    this.#pause = Math.floor(this.#pause / 2);
    this.#metrics.settled(oldest.batch.length, (this.#timing.monotonic() - oldest.started) / 1000);
    this.#runner.committed(oldest.batch, oldest.folded);
  }

  async landAll(): Promise<void> {
    while (this.isFlying) await this.land(null);
  }

  /** Every flight is judged by itself, in order; those that are not known to be committed are read first. */
  async #startOver(): Promise<void> {
    const flights = this.#flights.splice(0);
    const landed = await Promise.all(flights.map(async (flight) => ({ ...flight, landing: await flight.landed })));
    const lost = landed.filter(({ landing }) => landing.type !== 'committed');
    const [first] = lost;
    if (first !== undefined)
      this.#mirror.retreat(
        first.before,
        lost.flatMap(({ folded }) => folded.accounts),
      );
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(1, this.#pause * 2));
    this.#waitFor = this.#pause;
    this.#metrics.inVain(lost.length);
    for (const { batch, folded, landing } of landed) {
      // Nothing has happened to them: whoever leaves now is not charged.
      if (landing.type === 'refused') for (const waiting of batch) waiting.folded = false;
      if (landing.type === 'unknown') for (const waiting of batch) waiting.mayBePosted = true;
      if (landing.type === 'committed') this.#runner.committed(batch, folded);
      else await this.#runner.settle(batch);
    }
  }

  /** A connection that hangs is dropped, which ends the flight. */
  async #fly(session: LedgerSession, appended: Promise<Date>): Promise<Landing> {
    const landed = this.#timing.after(ATTEMPT_TIMEOUT_MS, session.drop);
    try {
      return { type: 'committed', now: await appended };
    } catch (error) {
      return { type: failureOf(error) === 'reconnect' ? 'unknown' : 'refused' };
    } finally {
      landed();
    }
  }

  async #stateOf(session: LedgerSession, ids: readonly AccountId[]): Promise<LedgerState> {
    const unknown = ids.filter((id) => this.#mirror.get(id) === undefined);
    if (unknown.length > 0) {
      // As with a flight: what hangs is dropped, or nothing would be posted here any more.
      const answered = this.#timing.after(ATTEMPT_TIMEOUT_MS, session.drop);
      const rows = await session.peek(unknown).finally(answered);
      for (const id of unknown) this.#mirror.set(id, rows.get(id) ?? null);
    }
    const accounts = new Map<AccountId, AccountRow>();
    for (const id of ids) {
      const row = this.#mirror.get(id);
      if (row === undefined) throw new Error(`account ${id} was forgotten in the middle of a batch`);
      if (row !== null) accounts.set(id, row);
    }
    return { accounts, ...NOTHING_ELSE };
  }
}
