/**
 * A JetStream stream in memory and the connections to its server: messages get sequences; a message id is taken once
 * within the duplicate window; a publish that expects another last sequence is refused; the server loses connections,
 * goes away, and comes back with an older copy of its files.
 */
import type { Origin, OutboxStream, StoredEvent, StreamView } from '@fanfare/messaging/relay-loop';
import type { Scheduler, SimProcess } from './scheduler.ts';

interface Message extends Origin {
  readonly at: number;
}

/** What goes wrong with one message. */
export interface StreamFaults {
  readonly publish: () => 'lost' | 'refused' | 'unanswered' | null;
}

/** Two minutes as it is, or so short that the server has forgotten a message id when the relay tries again. */
const DUPLICATE_WINDOWS_MS = [120_000, 30];
/** Of publishing, and of every other request. */
const ANSWER_TIMEOUT_MS = 5000;
const LATENCY_MS = 0.5;
const RECONNECT_MS = 250;

/** One process's connection to NATS, as the relay knows it. */
export class BusLink {
  readonly process: SimProcess;
  readonly #listeners = new Set<(connected: boolean) => void>();
  #connected = false;
  #generation = 0;
  /** When the last message that was sent arrives: they arrive in their order. */
  arrivesAt = 0;

  constructor(process: SimProcess) {
    this.process = process;
  }

  readonly connected = (): boolean => this.#connected;
  readonly generation = (): number => this.#generation;
  readonly onConnection = (listener: (connected: boolean) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  become(connected: boolean): void {
    if (this.#connected === connected) return;
    if (connected) this.#generation += 1;
    this.#connected = connected;
    for (const listener of [...this.#listeners]) listener(connected);
  }
}

export class EventStream {
  readonly #scheduler: Scheduler;
  readonly #faults: StreamFaults;
  /** What was sequence n is at n - 1, also when it was purged. */
  #messages: Message[] = [];
  #firstSeq = 1;
  readonly #duplicateWindowMs: number;
  /** Every message that was ever stored, with its place. */
  readonly #history = new Set<string>();
  #copies: { readonly messages: readonly Message[]; readonly firstSeq: number }[] = [];
  readonly #links = new Set<BusLink>();
  /** Grows when the server goes away: what was on its way to it is gone. */
  #epoch = 0;
  #up = true;

  constructor(scheduler: Scheduler, faults: StreamFaults) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#duplicateWindowMs = scheduler.chance.pick(DUPLICATE_WINDOWS_MS);
  }

  /** Whether a message was at this place at some time. */
  hadAt(seq: number, outboxId: string): boolean {
    return this.#history.has(`${seq} ${outboxId}`);
  }

  /** Outbox ids in the order of the stream. */
  get published(): readonly Origin[] {
    return this.#messages;
  }

  link(process: SimProcess): BusLink {
    const link = new BusLink(process);
    this.#links.add(link);
    this.#reconnect(link);
    return link;
  }

  unlink(link: BusLink): void {
    this.#links.delete(link);
  }

  copy(): void {
    this.#copies.push({ messages: [...this.#messages], firstSeq: this.#firstSeq });
  }

  /** Old messages go, which are those that were noted long ago; the sequence stays. */
  purge(isNoted: (outboxId: string) => boolean): void {
    const open = this.#messages.findIndex(({ outboxId }) => !isNoted(outboxId));
    const most = open < 0 ? this.#messages.length + 1 : open + 1;
    this.#firstSeq = Math.max(this.#firstSeq, this.#scheduler.chance.between(1, most));
  }

  /** The server goes away, and is back after a while with what it has, an older copy, or nothing. */
  restart(downMs: number, files: 'kept' | 'copy' | 'none'): void {
    this.#up = false;
    this.#epoch += 1;
    if (files === 'copy' && this.#copies.length > 0) {
      const index = this.#scheduler.chance.between(0, this.#copies.length - 1);
      const copy = this.#copies[index];
      this.#copies = this.#copies.slice(0, index + 1);
      this.#messages = [...(copy?.messages ?? [])];
      this.#firstSeq = copy?.firstSeq ?? 1;
    }
    if (files === 'none') {
      this.#messages = [];
      this.#copies = [];
      this.#firstSeq = 1;
    }
    for (const link of this.#links) this.#tell(link, false, this.#latency());
    this.#scheduler.after(downMs, 'NATS is back', null, () => {
      this.#up = true;
      for (const link of this.#links) this.#reconnect(link);
    });
  }

  /** One process loses its connection and makes another. */
  cut(link: BusLink): void {
    this.#tell(link, false, 0);
    this.#reconnect(link);
  }

  outbox(link: BusLink): OutboxStream {
    return {
      name: 'EVT_ECONOMY',
      ensure: () => this.#ask(link, 'stream ensured', () => undefined),
      view: () => this.#ask(link, 'stream viewed', () => this.#view(link)),
      publish: (event, lastSeq) => this.#publish(link, event, lastSeq),
    };
  }

  #view(link: BusLink): StreamView {
    const lastSeq = this.#messages.length;
    const firstSeq = this.#firstSeq;
    return {
      firstSeq,
      lastSeq,
      messages: (sequences) =>
        this.#ask(link, 'messages read', () => {
          const stored = sequences.filter((seq) => seq >= this.#firstSeq && seq >= firstSeq && seq <= lastSeq);
          return new Map(
            stored.flatMap((seq) => {
              const message = this.#messages[seq - 1];
              return message === undefined ? [] : [[seq, message] as const];
            }),
          );
        }),
    };
  }

  /** A request without a wish to change anything: answered, or over in a few seconds. */
  #ask<T>(link: BusLink, what: string, work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const generation = link.generation();
    const giveUp = (): void => reject(new Error(`${what}: no answer`));
    const answered = this.#scheduler.after(ANSWER_TIMEOUT_MS, `${what}: timed out`, link.process, giveUp);
    this.#send(link, what, () => {
      const answer = work();
      this.#scheduler.after(this.#latency(), what, link.process, () => {
        if (!link.connected() || link.generation() !== generation) return;
        answered();
        resolve(answer);
      });
    });
    return promise;
  }

  #publish(link: BusLink, event: StoredEvent, lastSeq: number): Promise<number> {
    return new Promise((resolve, reject) => {
      if (!link.connected()) return reject(new Error('the connection is closed'));
      const fault = this.#faults.publish();
      const what = `publish ${event.id} after ${lastSeq}`;
      const unlisten = link.onConnection(() => fail('the connection to NATS was lost'));
      const expire = this.#scheduler.after(ANSWER_TIMEOUT_MS, `${what} timed out`, link.process, () =>
        fail('no answer'),
      );
      const settle = (): void => {
        unlisten();
        expire();
      };
      const fail = (reason: string): void => {
        settle();
        reject(new Error(reason));
      };
      if (fault === 'lost') return;
      this.#send(link, what, () => {
        const outcome = fault === 'refused' ? 'no resources' : this.#append(event, lastSeq);
        if (fault === 'unanswered') return;
        this.#scheduler.after(this.#latency(), `${what}: ${outcome}`, link.process, () => {
          if (typeof outcome === 'string') return fail(outcome);
          settle();
          resolve(outcome);
        });
      });
    });
  }

  /** As the server does it: known ids first, then the expectation. */
  #append({ messageId, id }: StoredEvent, lastSeq: number): number | string {
    const since = this.#scheduler.now - this.#duplicateWindowMs;
    const known = this.#messages.findIndex((message) => message.messageId === messageId && message.at > since);
    if (known >= 0) return known + 1;
    if (this.#messages.length !== lastSeq) return `wrong last sequence: ${this.#messages.length}`;
    this.#messages.push({ messageId, outboxId: id, at: this.#scheduler.now });
    this.#history.add(`${this.#messages.length} ${id}`);
    return this.#messages.length;
  }

  #send(link: BusLink, what: string, arrive: () => void): void {
    const epoch = this.#epoch;
    link.arrivesAt = Math.max(link.arrivesAt, this.#scheduler.now + this.#latency());
    this.#scheduler.after(link.arrivesAt - this.#scheduler.now, `${what} at stream`, null, () => {
      if (epoch === this.#epoch && this.#up) arrive();
    });
  }

  #reconnect(link: BusLink): void {
    const wait = this.#scheduler.chance.next() * RECONNECT_MS;
    this.#scheduler.after(wait, 'NATS connects', link.process, () => {
      if (this.#up && this.#links.has(link)) link.become(true);
    });
  }

  #tell(link: BusLink, connected: boolean, ms: number): void {
    this.#scheduler.after(ms, 'NATS connection lost', link.process, () => link.become(connected));
  }

  #latency(): number {
    return this.#scheduler.chance.next() * LATENCY_MS + 0.05;
  }
}
