/**
 * One person at one socket, who comes back as the gateway says and goes on from the positions that they have kept. What
 * it is shown is judged at once: on every channel the numbers that messages carry (`n`, or `text`) must begin with 1
 * after the person has come and go on without a gap, each once, until the gateway says that something is lost.
 */
import { openRawSocket, type RawSocket } from './raw-socket.ts';
import type { Tally } from './raw-tally.ts';

export interface Person {
  /** No two are the same. */
  readonly id: number;
  readonly token: string;
  readonly room?: { readonly token: string };
  /** Gateways it may use: the first one, and the next one whenever a connection has ended. */
  readonly ports: readonly number[];
  /** What it is counted under. */
  readonly group: string;
}

interface Place {
  readonly ch: string;
  readonly off: string;
}

interface Closing {
  readonly code: number;
  readonly retryAfterMs: number | null;
}

interface Numbered {
  readonly n?: number;
  readonly text?: string;
  /** When it was published, ms since 1970. */
  readonly at?: number;
}

/** From this code on the gateway says not to come back. */
const FIRST_TERMINAL = 4500;
/** After a connection that could not be made, or ended without a word. */
const RETRY_MS = 200;

export class RawClient {
  readonly person: Person;
  readonly #tally: Tally;
  readonly #positions = new Map<'user' | 'room', Place>();
  /** The newest payload under each name. */
  readonly #newest = new Map<string, unknown>();
  /** The last one of each channel; no entry when any may follow. */
  readonly #numbers = new Map<string, number>();
  readonly #entered = Promise.withResolvers<void>();
  #port: number;
  #socket: RawSocket | null = null;
  #closing: Closing | null = null;
  #isIn = false;
  #isGone = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(person: Person, tally: Tally) {
    this.person = person;
    this.#tally = tally;
    this.#port = person.ports[0] ?? 0;
  }

  get numbers(): ReadonlyMap<string, number> {
    return this.#numbers;
  }

  /** What it was shown last under this name. */
  newest(name: string): unknown {
    return this.#newest.get(name);
  }

  /** Resolves when it is in for the first time. */
  enter(): Promise<void> {
    this.#connect();
    return this.#entered.promise;
  }

  /** For good. */
  leave(): void {
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket?.cut();
  }

  /** Drops its connection, whatever has become of it, and comes back. */
  comeAgain(): void {
    this.#socket?.cut();
  }

  /** Reads nothing any more on the connection that it has. */
  stall(): void {
    this.#socket?.pause();
  }

  /** @returns the ack; null when there is no connection, or none came in time */
  ask(event: string, payload: unknown, patienceMs: number): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    if (this.#socket?.isOpen() === true) this.#socket.emit(event, payload, resolve);
    else resolve(null);
    const late = setTimeout(() => resolve(null), patienceMs);
    return promise.finally(() => clearTimeout(late));
  }

  #connect(): void {
    const { token } = this.person;
    const place = this.#positions.get('user');
    this.#closing = null;
    const auth = { token, v: 1, ...(place === undefined ? {} : { off: place.off }) };
    this.#socket = openRawSocket(this.#port, auth, {
      refused: (data) => this.#refused(data as Closing),
      event: (name, data, at) => this.#event(name, data, at),
      closed: () => this.#closed(),
    });
  }

  #refused(closing: Closing): void {
    this.#tally.refused(this.person, closing.code);
    this.#closing = closing;
    this.#socket?.cut();
  }

  #event(name: string, data: unknown, at: Place | undefined): void {
    if (name === 'closing') {
      this.#closing = data as Closing;
      this.#tally.told(this.person, this.#closing);
    }
    if (at === undefined) return;
    if (name === 'session') {
      this.#begin('user', at, (data as { readonly recovered: boolean }).recovered);
      return;
    }
    this.#positions.set(at.ch.startsWith('room.') ? 'room' : 'user', at);
    if (name === 'resync') {
      this.#tally.resync(this.person);
      this.#numbers.delete(at.ch);
    } else {
      this.#newest.set(name, data);
      this.#judge(name, at.ch, data as Numbered);
    }
  }

  #judge(name: string, channel: string, { n, text, at }: Numbered): void {
    this.#tally.shown(this.person, name, at);
    const number = n ?? Number(text);
    if (!Number.isSafeInteger(number)) return;
    const last = this.#numbers.get(channel);
    this.#numbers.set(channel, number);
    if (last !== undefined && number !== last + 1) this.#tally.broken(this.person, channel, last, number);
  }

  /** A channel begins, or goes on where the person was. */
  #begin(kind: 'user' | 'room', place: Place, recovered: boolean): void {
    const isFirst = !this.#positions.has(kind);
    if (isFirst) this.#numbers.set(place.ch, 0);
    else {
      this.#tally.resumed(this.person, recovered);
      if (!recovered) this.#numbers.delete(place.ch);
    }
    this.#positions.set(kind, place);
    if (kind === 'user' && this.person.room !== undefined) this.#joinRoom(this.person.room.token);
    else this.#in();
  }

  #joinRoom(token: string): void {
    const place = this.#positions.get('room');
    this.#socket?.emit('room.join', { token, ...(place === undefined ? {} : { off: place.off }) }, (answer) => {
      const { ok, data, error } = answer as {
        readonly ok: boolean;
        readonly data: Place & { readonly recovered: boolean };
        readonly error?: { readonly reason: string };
      };
      if (ok) return this.#begin('room', data, data.recovered);
      this.#tally.turnedAway(this.person, error?.reason ?? '');
      this.#socket?.cut();
    });
  }

  #in(): void {
    this.#isIn = true;
    this.#tally.entered(this.person, this.#port);
    this.#entered.resolve();
  }

  #closed(): void {
    if (this.#isIn) this.#tally.left(this.person, this.#closing?.code ?? null);
    this.#isIn = false;
    const closing = this.#closing;
    if (this.#isGone || (closing !== null && closing.code >= FIRST_TERMINAL)) return;
    const { ports } = this.person;
    this.#port = ports[(ports.indexOf(this.#port) + 1) % ports.length] ?? this.#port;
    this.#timer = setTimeout(() => this.#connect(), closing?.retryAfterMs ?? RETRY_MS * (0.5 + Math.random()));
  }
}
