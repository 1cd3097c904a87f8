/** The outbox's two tables in memory, as the relay's sessions meet them: one of them leads, until it ends. */
import type { LeaderSession, Placed, SentMark, StoredEvent } from '@fanfare/messaging/relay-loop';
import { Connection, ConnectionLost, type Mishap } from './connection.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';
import type { OutboxEvent } from './tables.ts';

interface Waiting {
  readonly event: StoredEvent;
  /** For what a stream has lost: before all others, in this order. */
  readonly again: number | null;
}

interface Sent {
  readonly event: StoredEvent;
  readonly streamSeq: number;
}

const CONNECT_MS = 2;
/** PostgreSQL ends a leader's session whose heartbeats stop. */
const IDLE_SESSION_MS = 3000;
/** What is not answered by then has failed, as the relay's real session has it. */
const QUERY_TIMEOUT_MS = 5000;

export class OutboxServer {
  readonly #scheduler: Scheduler;
  readonly #mishap: () => Mishap | null;
  readonly #isThere: (streamSeq: number, id: string) => boolean;
  /** What relays have noted and was never so. */
  readonly problems: string[] = [];
  readonly #waiting = new Map<string, Waiting>();
  #sent: Sent[] = [];
  #leader: Connection | null = null;
  readonly #sessions = new Set<Connection>();
  up = true;

  /** @param isThere whether the stream has, or had, an event at a place */
  constructor(scheduler: Scheduler, mishap: () => Mishap | null, isThere: (streamSeq: number, id: string) => boolean) {
    this.#scheduler = scheduler;
    this.#isThere = isThere;
    this.#mishap = mishap;
  }

  /** In the transaction that makes them true. */
  announce(events: readonly OutboxEvent[]): void {
    for (const { id, ...event } of events)
      this.#waiting.set(`${id}`, { event: { id: `${id}`, ...event }, again: null });
  }

  get backlog(): number {
    return this.#waiting.size;
  }

  /** What was noted to be in the stream, by place. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  isNoted(id: string): boolean {
    return this.#sent.some(({ event }) => event.id === id);
  }

  async connect(process: SimProcess): Promise<LeaderSession> {
    await this.#scheduler.delay(CONNECT_MS, 'relay connects', process);
    if (!this.up) throw new ConnectionLost('the database does not answer');
    const connection = new Connection(this.#scheduler, process, 'outbox', { onLost: () => this.#forget(connection) });
    this.#sessions.add(connection);
    this.#watch(connection);
    const ask = async <T>(what: string, work: () => T): Promise<T> => {
      const { promise: timeout, reject } = Promise.withResolvers<never>();
      const giveUp = (): void => reject(new ConnectionLost(`${what} was not answered`));
      const answered = this.#scheduler.after(QUERY_TIMEOUT_MS, 'relay gives up', process, giveUp);
      const answer = connection.request<T>(what, this.#mishap(), ({ resolve }) => resolve(work()));
      return Promise.race([answer, timeout]).finally(answered);
    };
    return {
      waiting: (limit) => ask('waiting', () => this.#oldest(limit)),
      moveToSent: (placed) => (placed.length === 0 ? Promise.resolve() : ask('move', () => this.#move(placed))),
      waitingAmong: (origins) =>
        ask('among', () => new Map(origins.flatMap(({ outboxId }) => this.#messageIdOf(outboxId)))),
      sentUpTo: (streamSeq, limit) => ask('sent', () => this.#sentUpTo(streamSeq, limit)),
      takeBack: (afterSeq, limit) => ask('take back', () => this.#takeBack(afterSeq, limit)),
      backlog: () => ask('backlog', () => this.#waiting.size),
      tryLead: () =>
        ask('lock', () => {
          this.#leader ??= connection;
          return this.#leader === connection;
        }),
      maintain: () => ask('maintain', () => true),
      end: async () => connection.drop(),
    };
  }

  restart(downMs: number): void {
    this.up = false;
    for (const connection of [...this.#sessions]) {
      connection.breakDown();
      connection.served = false;
      this.#forget(connection);
    }
    this.#scheduler.after(downMs, 'outbox is back', null, () => {
      this.up = true;
    });
  }

  #forget(connection: Connection): void {
    this.#sessions.delete(connection);
    if (this.#leader === connection) this.#leader = null;
  }

  /** Ends the session of a process that gives no sign of life. */
  #watch(connection: Connection, silentSince: number | null = null): void {
    const { process } = connection;
    this.#scheduler.after(IDLE_SESSION_MS / 3, 'relay heartbeat', null, () => {
      if (!connection.served) return;
      const silent = process.frozen !== null || !process.alive || connection.cut;
      const since = silent ? (silentSince ?? this.#scheduler.now) : null;
      const idle = since !== null && this.#scheduler.now - since >= IDLE_SESSION_MS;
      // The kernel of a killed process says at once that it is gone.
      if (!process.alive || idle) {
        connection.terminate(new ConnectionLost('idle session'));
        this.#forget(connection);
      } else this.#watch(connection, since);
    });
  }

  #oldest(limit: number): readonly StoredEvent[] {
    const rows = [...this.#waiting.values()];
    const again = rows.filter((row) => row.again !== null).sort((a, b) => (a.again ?? 0) - (b.again ?? 0));
    const fresh = rows.filter((row) => row.again === null).sort((a, b) => Number(a.event.id) - Number(b.event.id));
    return [...again, ...fresh].slice(0, limit).map((row) => row.event);
  }

  #move(placed: readonly Placed[]): void {
    for (const { id, streamSeq } of placed) {
      const row = this.#waiting.get(id);
      if (!this.#isThere(streamSeq, id))
        this.problems.push(`event ${id} was noted at ${streamSeq}, and never was there`);
      if (row !== undefined) this.#sent.push({ event: row.event, streamSeq });
      this.#waiting.delete(id);
    }
  }

  #messageIdOf(outboxId: string): readonly (readonly [string, string])[] {
    const row = this.#waiting.get(outboxId);
    return row === undefined ? [] : [[outboxId, row.event.messageId]];
  }

  #sentUpTo(streamSeq: number, limit: number): readonly SentMark[] {
    return this.#latest((seq) => seq <= streamSeq, limit).map((row) => ({
      messageId: row.event.messageId,
      streamSeq: row.streamSeq,
    }));
  }

  #takeBack(afterSeq: number, limit: number): number {
    const lost = this.#latest((seq) => seq > afterSeq, limit);
    const first = Math.min(0, ...[...this.#waiting.values()].map((row) => row.again ?? 0));
    for (const [index, { event }] of lost.entries()) this.#waiting.set(event.id, { event, again: first - index - 1 });
    this.#sent = this.#sent.filter((row) => !lost.includes(row));
    return lost.length;
  }

  #latest(wanted: (seq: number) => boolean, limit: number): readonly Sent[] {
    return this.#sent
      .filter((row) => wanted(row.streamSeq))
      .sort((a, b) => b.streamSeq - a.streamSeq)
      .slice(0, limit);
  }
}
