/** What a consumer is: a durable name, the events of one entity, and what to do with a batch of them. */
import { type EventType, producerOf } from '@fanfare/contracts';
import type { Sql } from '@fanfare/database';
import { decodeBody, type Envelope, MalformedEvent, type Readable } from '../envelope.ts';

/** An event on its way into a handler. */
export interface Incoming<T> {
  readonly message: T;
  readonly envelope: Envelope;
}

export interface Batch<T> {
  /** The transaction in which the inbox rows are written: what the handler writes here happens once. */
  readonly tx: Sql;
  /** New events only, in the order of the stream; never empty. */
  readonly events: readonly Incoming<T>[];
}

interface ConsumerOptions {
  /** `<consumer>-<entity>`: names the durable on the server and the rows of the inbox. Never change it. */
  readonly durable: string;
  /** Takes in events marked replayed: for a consumer whose inbox and read model were reset. Default false. */
  readonly includeReplayed?: boolean;
  /** Most events in one transaction. Default 128. */
  readonly maxBatch?: number;
}

type Handler<T> = (batch: Batch<T>) => Promise<unknown>;

export interface Consumer {
  readonly durable: string;
  /** The service whose stream it reads. */
  readonly producer: string;
  /** `evt.<service>.<entity>.>`: one durable sees all verbs of an entity, so that they keep their order. */
  readonly filter: string;
  readonly includeReplayed: boolean;
  readonly maxBatch: number;
  /** False for a verb of the entity that the consumer does not care about. */
  readonly wants: (subject: string) => boolean;
  /** @throws MalformedEvent */
  readonly decode: (subject: string, body: string) => unknown;
  readonly handle: Handler<unknown>;
}

const MAX_BATCH = 128;

/**
 * A consumer of one event (`event`) or of several verbs of one entity (`events`; tell them apart by {@link isEvent}).
 * The handler runs in a transaction with the inbox: it commits once per event, however often the event is delivered.
 * When it throws, nothing of the batch is kept, and its events are tried one by one.
 */
export function defineConsumer<T>(
  options: ConsumerOptions & { readonly event: EventType<T>; readonly handleBatch: Handler<T> },
): Consumer;
export function defineConsumer<Ts extends readonly unknown[]>(
  options: ConsumerOptions & {
    readonly events: readonly [...{ [K in keyof Ts]: EventType<Ts[K]> }];
    readonly handleBatch: Handler<Ts[number]>;
  },
): Consumer;
export function defineConsumer(
  options: ConsumerOptions & {
    readonly event?: Readable<unknown>;
    readonly events?: readonly Readable<unknown>[];
    readonly handleBatch: Handler<never>;
  },
): Consumer {
  const types = options.events ?? (options.event === undefined ? [] : [options.event]);
  const filter = filterOf(types.map((type) => type.subject));
  const bySubject = new Map(types.map((type) => [type.subject, type]));
  return {
    durable: options.durable,
    producer: producerOf(filter),
    filter,
    includeReplayed: options.includeReplayed ?? false,
    maxBatch: options.maxBatch ?? MAX_BATCH,
    wants: (subject) => bySubject.has(subject),
    decode: (subject, body) => {
      const type = bySubject.get(subject);
      if (type === undefined) throw new MalformedEvent(`${options.durable} does not consume ${subject}`);
      return decodeBody(type, body);
    },
    // `decode` above makes the messages by the very types that the overloads tie the handler to.
    handle: options.handleBatch as Handler<unknown>,
  };
}

/** Narrows an event of a consumer that takes several. */
export function isEvent<T>(type: EventType<T>, event: Incoming<unknown>): event is Incoming<T> {
  return event.envelope.subject === type.subject;
}

/** The subjects must be verbs of one entity: two entities have no common order, and need two consumers. */
function filterOf(subjects: readonly string[]): string {
  const entities = new Set(subjects.map((subject) => subject.split('.').slice(0, 3).join('.')));
  const [entity] = entities;
  if (entity === undefined || entities.size > 1) {
    throw new Error(`a consumer takes events of exactly one entity, not of ${[...entities].join(', ') || 'none'}`);
  }
  return `${entity}.>`;
}
