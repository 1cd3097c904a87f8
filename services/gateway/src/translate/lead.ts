/**
 * One leader's turn at translating a domain stream: from the cursor on, in order, several emits in flight, until the
 * lease or the connection is lost. Emits go out under the message id `<event id>:<index>`; the cursor follows what is
 * acknowledged. A successor that starts behind it publishes some again, which EDGE refuses as duplicates for as long as
 * it remembers anything at all.
 */
import type { Emit } from '@fanfare/contracts';
import { type Clock, type Logger, newId } from '@fanfare/kit';
import { decodeHeaders, type Envelope } from '@fanfare/messaging';
import { type ConsumerMessages, DeliverPolicy, type JsMsg, type OrderedConsumerOptions } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Generation } from '../edge/connection.ts';
import type { Position } from '../edge/position.ts';
import { storedSubject } from '../edge/subjects.ts';
import { type Endings, type Revocations, revocationOf } from '../revocations.ts';
import { continueTrace } from '../tracing.ts';
import { type Cursor, isStillThere, openCursor } from './cursor.ts';
import { type InOrder, inOrder } from './in-order.ts';
import type { TranslatorMetrics } from './metrics.ts';
import type { DomainEvent, Table } from './table.ts';
import { isNews, parseEvent, translate } from './translate.ts';

export interface LeadOptions {
  readonly stream: string;
  /** What clients are shown of each event. */
  readonly table: Table;
  /** What events end. */
  readonly ends: Endings;
  readonly revocations: Pick<Revocations, 'add'>;
  /** EDGE's: what is older is not shown to anybody. */
  readonly maxAgeMs: number;
  readonly replicas: number;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: TranslatorMetrics;
}

export interface Turn {
  readonly generation: Generation;
  /** Whether the lease is certainly ours. Asked before every publish. */
  readonly held: () => boolean;
  readonly stopping: AbortSignal;
}

interface Readable {
  readonly envelope: Envelope;
  readonly event: DomainEvent;
  readonly emits: readonly Emit[];
}

/** At 1 ms for an acknowledgement, 64,000 emits a second. */
const IN_FLIGHT_MOST = 64;
const SAVE_EVERY_MS = 250;
const WATCH_MS = 100;
/** After these the stream may be another one, in which our sequence is not the place where we were. */
const ENDINGS: ReadonlySet<string> = new Set([
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'no_responders',
  'heartbeats_missed',
]);

/** Resolves when the turn is over. @throws what a publish or read failed with; the cursor says what was done */
export async function lead(options: LeadOptions, turn: Turn): Promise<void> {
  const { generation, held, stopping } = turn;
  const { stream } = options;
  const cursor = await openCursor(generation, stream, options.replicas);
  const from = await startOf(generation, cursor.position, options);
  const consumer = await generation.jetstream.consumers.get(stream, from);
  const messages = await consumer.consume({ max_messages: IN_FLIGHT_MOST * 4 });
  stopAtEnd(messages).catch((error: unknown) => options.log.warn({ err: error, stream }, 'lost sight of the stream'));
  const work = inOrder<Position>(IN_FLIGHT_MOST);
  const saved = keepSaving(cursor, work);
  // Looked at and not listened to: either may be over already.
  const watch = setInterval(() => {
    if (generation.lost.aborted || stopping.aborted || !held()) messages.stop();
  }, WATCH_MS);
  try {
    for await (const message of messages) {
      await work.room();
      await show(options, turn, message, work);
      options.metrics.lag.set({ stream }, message.info.pending);
    }
    await work.settled();
  } finally {
    clearInterval(watch);
    messages.stop();
    await saved.stop();
  }
}

/** By itself the client would go on behind the last sequence, whatever the stream has there now. */
async function stopAtEnd(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) if (ENDINGS.has(type)) messages.stop();
}

async function show(options: LeadOptions, turn: Turn, message: JsMsg, work: InOrder<Position>): Promise<void> {
  const read = readEvent(options, message);
  if (read === null || !isNews(read.envelope, options.clock.now(), options.maxAgeMs)) {
    work.add(positionOf(message), Promise.resolve());
    return;
  }
  // Before its emits: whoever reads that somebody is out must not find them still in.
  const revocation = revocationOf(options.ends, read.event);
  if (revocation !== null) await options.revocations.add(revocation);
  work.add(positionOf(message), publish(turn, read));
  options.metrics.emitted.inc({ stream: options.stream }, read.emits.length);
}

/** Null for what nobody can be shown: an event of a later release, or one that is broken, which must stop nothing. */
function readEvent({ stream, table, log, metrics }: LeadOptions, message: JsMsg): Readable | null {
  try {
    const header = (name: string): string => message.headers?.get(name) ?? '';
    const envelope = decodeHeaders({ header, streamSeq: BigInt(message.seq) });
    const event = parseEvent(message.subject, message.string());
    return event === null ? null : { envelope, event, emits: translate(table, event) };
  } catch (error) {
    log.error({ err: error, seq: message.seq }, 'an event that cannot be read is not shown');
    metrics.unreadable.inc({ stream });
    return null;
  }
}

/** All emits are on their way, in order, when this returns. @throws at once when the lease is over */
function publish({ generation, held }: Turn, { envelope, emits }: Readable): Promise<unknown> {
  if (!held()) throw new Error('the lease is over');
  const { id, subject } = envelope;
  const traced = continueTrace(`translate ${subject}`, envelope.traceparent, 'producer', { emits: emits.length });
  const acks = emits.map(({ channel, ...emit }, index) => {
    const made = headers();
    if (traced?.traceparent !== undefined) made.set('traceparent', traced.traceparent);
    const options = { msgID: `${id}:${index}`, headers: made };
    return generation.jetstream.publish(storedSubject(channel), JSON.stringify(emit), options);
  });
  return Promise.all(acks).finally(() => traced?.span.end());
}

const positionOf = (message: JsMsg): Position => ({
  seq: message.seq,
  id: message.headers?.get('Nats-Msg-Id') || newId(),
});

/** From behind the cursor; if its message is gone or another, from the first event that may still be shown. */
async function startOf(
  { manager }: Generation,
  cursor: Position | null,
  { stream, clock, maxAgeMs }: LeadOptions,
): Promise<Partial<OrderedConsumerOptions>> {
  if (cursor !== null && (await isStillThere(manager, stream, cursor))) {
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: cursor.seq + 1 };
  }
  const oldest = new Date(clock.now().getTime() - maxAgeMs);
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: oldest.toISOString() };
}

/** Writes down now and then how far the work is, and once more at the end. Failing only makes a successor repeat. */
function keepSaving(cursor: Cursor, work: InOrder<Position>): { readonly stop: () => Promise<void> } {
  let saved: Position | undefined;
  let saving: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    const done = work.done();
    if (done === undefined || done === saved) return;
    await cursor.save(done);
    saved = done;
  };
  const timer = setInterval(() => {
    // One at a time, or the second would be refused for the first one's revision.
    saving = saving.then(save).catch(() => {});
  }, SAVE_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await saving.then(save).catch(() => {});
    },
  };
}
