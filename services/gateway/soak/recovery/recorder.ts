/**
 * Writes down what EDGE stores: what is published live and acknowledged, and, by reading, what neither of the two told.
 * A stream that is recreated or set back begins another life.
 */
import { EDGE_OUT, EDGE_STREAM } from '@fanfare/contracts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { messageIdOf } from '../../src/edge/record.ts';
import { liveSubject, storedSubject } from '../../src/edge/subjects.ts';
import { Life } from './stored.ts';

interface Heard {
  readonly seq: number;
  readonly channel: string;
  readonly id: string;
}

export class Recorder {
  readonly lives: Life[] = [new Life()];
  /** What cannot be: two messages in one place. */
  readonly conflicts: string[] = [];
  readonly #manager: JetStreamManager;
  /** What was heard of a life that is not known yet; null while one is. */
  #unplaced: Heard[] | null = null;

  constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.#manager = manager;
    connection.subscribe(`${EDGE_OUT}.>`, {
      callback: (error, { headers, subject }) => {
        const seq = Number(headers?.get('Nats-Sequence'));
        if (error === null && seq > 0) {
          this.hear(seq, subject.slice(liveSubject('').length), messageIdOf(headers));
        }
      },
    });
  }

  get life(): Life {
    const life = this.lives.at(-1);
    if (life === undefined) throw new Error('there is always one');
    return life;
  }

  hear(seq: number, channel: string, id: string): void {
    if (this.#unplaced !== null) {
      this.#unplaced.push({ seq, channel, id });
      return;
    }
    const conflict = this.life.note(seq, channel, id);
    if (conflict !== null) this.conflicts.push(conflict);
  }

  /** What is stored and not yet written down. */
  async fill(): Promise<void> {
    await fillFrom(this.#manager, this.life);
  }

  /** The life of before has ended: what is heard from now on is of the next one. */
  end(): void {
    this.#unplaced = [];
  }

  /** The stream is a new one, which was empty. */
  beginEmpty(): void {
    this.#begin(new Life());
  }

  /** Writes down the rest of a life whose server is dead, of which another one serves the files now. */
  async finish(url: string): Promise<void> {
    const connection = await connect({ servers: url });
    try {
      await fillFrom(await jetstreamManager(connection), this.life);
    } finally {
      await connection.close();
    }
  }

  /** The stream is an older copy of the one of this life, and may have gone on already. */
  async beginFromCopy(): Promise<void> {
    const { life } = this;
    const { state } = await answered(() => this.#manager.streams.info(EDGE_STREAM));
    let [same, other] = [state.first_seq - 1, state.last_seq + 1];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      const stored = await answered(() => this.#manager.direct.getMessage(EDGE_STREAM, { seq: middle }));
      // What is gone was there before what is not; what is gone of the new life was heard.
      const isSame = stored === null || messageIdOf(stored.header) === life.idAt(middle);
      if (isSame) same = middle;
      else other = middle;
    }
    const others = (this.#unplaced ?? []).filter(({ seq, id }) => life.idAt(seq) !== id).map(({ seq }) => seq);
    this.#begin(life.until(Math.min(same, ...others.map((seq) => seq - 1))));
  }

  #begin(life: Life): void {
    const heard = this.#unplaced ?? [];
    this.lives.push(life);
    this.#unplaced = null;
    for (const { seq, channel, id } of heard) this.hear(seq, channel, id);
  }
}

async function fillFrom(manager: JetStreamManager, life: Life): Promise<void> {
  const { state } = await answered(() => manager.streams.info(EDGE_STREAM));
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    if (life.has(seq)) continue;
    const stored = await answered(() => manager.direct.getMessage(EDGE_STREAM, { seq }));
    if (stored === null) continue;
    life.note(seq, stored.subject.slice(storedSubject('').length), messageIdOf(stored.header));
  }
}

const ATTEMPTS = 3;

/** A server that has only just started leaves a request now and then without an answer. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
