/**
 * Translation of one domain stream into edge channels. One gateway at a time does it, under a lease; the others wait.
 *
 *   waiting --(lease held, connected)--> going on from the cursor --(lease or connection lost, publish failed)--> waiting
 *
 * Emits are published in order, several in flight, under the message id `<event id>:<index>`; the cursor follows what
 * is acknowledged. A successor that starts behind it publishes some again, which EDGE refuses as duplicates for as long
 * as it remembers anything at all.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Emit, streamOf } from '@fanfare/contracts';
import { type Clock, type Logger, newId, type Part } from '@fanfare/kit';
import { type Bus, decodeHeaders, type Envelope, lease } from '@fanfare/messaging';
import { type ConsumerMessages, DeliverPolicy, type JsMsg, type OrderedConsumerOptions } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { EdgeConnection, Generation } from '../edge/connection.ts';
import { LEASE_MS, LEASES } from '../edge/leases.ts';
import type { Position } from '../edge/position.ts';
import { storedSubject } from '../edge/subjects.ts';
import { type Revocations, revocationOf } from '../revocations.ts';
import { type Cursor, isStillThere, openCursor } from './cursor.ts';
import { type InOrder, inOrder } from './in-order.ts';
import type { TranslatorMetrics } from './metrics.ts';
import { type DomainEvent, isNews, parseEvent, translate } from './translate.ts';

export interface TranslatorOptions {
  /** Whose stream: `gifting`. */
  readonly service: string;
  readonly bus: Bus;
  readonly connection: EdgeConnection;
  readonly revocations: Pick<Revocations, 'add'>;
  readonly nodeName: string;
  /** EDGE's: what is older is not shown to anybody. */
  readonly maxAgeMs: number;
  readonly replicas: number;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: TranslatorMetrics;
}

interface Readable {
  readonly envelope: Envelope;
  readonly event: DomainEvent;
  readonly emits: readonly Emit[];
}

/** At 1 ms for an acknowledgement, 64,000 emits a second. */
const IN_FLIGHT_MOST = 64;
const SAVE_EVERY_MS = 250;
const WAIT_MS = 100;
/** A stream whose service has never run does not exist yet. */
const RETRY_MS = 500;

export function translator(options: TranslatorOptions): Part {
  const { service, bus, connection, nodeName, replicas, metrics } = options;
  const stream = streamOf(service);
  const log = options.log.child({ stream });
  const turn = lease({
    bus,
    bucket: LEASES,
    key: `translate-${service}`,
    ttlMs: LEASE_MS,
    holder: nodeName,
    replicas,
    log,
    onChange: (held) => metrics.leader.set({ stream }, held ? 1 : 0),
  });
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const generation = connection.current();
      if (generation === null || !turn.held()) {
        await delay(WAIT_MS);
        continue;
      }
      try {
        await lead(generation);
      } catch (error) {
        if (!stopping.signal.aborted) log.debug({ err: error }, 'translation stopped, going on from the cursor');
        await delay(RETRY_MS);
      }
    }
  }

  /** Translates until the lease or the connection is lost. */
  async function lead(generation: Generation): Promise<void> {
    const cursor = await openCursor(generation, stream, replicas);
    const from = await startOf(generation, stream, cursor.position, options);
    const consumer = await generation.jetstream.consumers.get(stream, from);
    const messages = await consumer.consume({ max_messages: IN_FLIGHT_MOST * 4 });
    const work = inOrder<Position>(IN_FLIGHT_MOST);
    const saved = keepSaving(cursor, work);
    // Looked at and not listened to: either may be over already.
    const over = AbortSignal.any([generation.lost, stopping.signal]);
    const watch = setInterval(() => {
      if (over.aborted || !turn.held()) messages.stop();
    }, WAIT_MS);
    try {
      await publishAll(generation, messages, work);
      await work.settled();
    } finally {
      clearInterval(watch);
      messages.stop();
      await saved.stop();
    }
  }

  async function publishAll(
    generation: Generation,
    messages: ConsumerMessages,
    work: InOrder<Position>,
  ): Promise<void> {
    for await (const message of messages) {
      await work.room();
      const read = readEvent(message);
      if (read !== null && isNews(read.envelope, options.clock.now(), options.maxAgeMs)) {
        await revoke(read.event);
        publishEmits(generation, read, message, work);
      } else {
        work.add(positionOf(message), Promise.resolve());
      }
      metrics.lag.set({ stream }, message.info.pending);
    }
  }

  /** Null for what nobody can be shown: an event of a later release, or one that is broken, which must stop nothing. */
  function readEvent(message: JsMsg): Readable | null {
    try {
      const header = (name: string): string => message.headers?.get(name) ?? '';
      const envelope = decodeHeaders({ header, streamSeq: BigInt(message.seq) });
      const event = parseEvent(message.subject, message.string());
      return event === null ? null : { envelope, event, emits: translate(event) };
    } catch (error) {
      log.error({ err: error, seq: message.seq }, 'an event that cannot be read is not shown');
      metrics.unreadable.inc({ stream });
      return null;
    }
  }

  /** Before its emits: whoever reads that somebody is out must not find them still in. */
  async function revoke(event: DomainEvent): Promise<void> {
    const revocation = revocationOf(event);
    if (revocation !== null) await options.revocations.add(revocation);
  }

  function publishEmits(
    { jetstream }: Generation,
    { envelope: { id, traceparent }, emits }: Readable,
    message: JsMsg,
    work: InOrder<Position>,
  ): void {
    const acks = emits.map(({ channel, ...emit }, index) => {
      if (!turn.held()) throw new Error('the lease is over');
      const extra = headers();
      if (traceparent !== undefined) extra.set('traceparent', traceparent);
      return jetstream.publish(storedSubject(channel), JSON.stringify(emit), {
        msgID: `${id}:${index}`,
        headers: extra,
      });
    });
    metrics.emitted.inc({ stream }, emits.length);
    work.add(positionOf(message), Promise.all(acks));
  }

  return {
    name: `translator ${service}`,
    start: async () => {
      await turn.start?.();
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
      await turn.stop?.();
    },
  };
}

const positionOf = (message: JsMsg): Position => ({
  seq: message.seq,
  id: message.headers?.get('Nats-Msg-Id') || newId(),
});

/** From behind the cursor; if its message is gone or another, from the first event that may still be shown. */
async function startOf(
  { manager }: Generation,
  stream: string,
  cursor: Position | null,
  { clock, maxAgeMs }: TranslatorOptions,
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
