/**
 * The outbox relay: carries committed events to the stream, in order, so that each is in the stream once.
 *
 * States: contending (asks for the lock twice a second) -> reconciling (compares the stream with the database) ->
 * leading (publishes what waits; sleeps until woken, at most half a second). A refused or unanswered publish, a lost
 * connection on either side, or a stream that changed under it ends the leadership: the session is closed, and after
 * a pause this relay contends again. So there is one way back from every trouble, and it begins by looking.
 */
import { streamOf } from '@fanfare/contracts';
import type { Logger, Part } from '@fanfare/kit';
import type { Registry } from 'prom-client';
import { backoffMs } from '../backoff.ts';
import type { Bus } from '../bus.ts';
import { counter, gauge } from '../metric.ts';
import { ensureStream, type StreamOptions } from '../stream.ts';
import { doorbell } from './doorbell.ts';
import { openSession, type Session } from './leader.ts';
import { maintainPartitions } from './partitions.ts';
import { type Publish, publisher, publishWindow } from './publish.ts';
import { reconcile, viewStream, WINDOW } from './reconcile.ts';
import { backlog, moveToSent, waiting } from './store.ts';

export interface RelayOptions {
  /** Whose outbox, and so which stream: `economy` publishes `evt.economy.>` into `EVT_ECONOMY`. */
  readonly service: string;
  /** Of the service's database, directly and not through a transaction pooler. */
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly stream?: StreamOptions;
  /** How an event is published; tests make it fail. */
  readonly publish?: Publish;
}

export interface Relay extends Part {
  /** Says that events were committed; call it after every commit that announced. Cheap, never throws, never waits. */
  readonly wake: () => void;
  /** Whether this replica publishes at the moment. */
  readonly leading: () => boolean;
}

/** The net under the wake-ups: what nobody announced is found after this. */
const POLL_MS = 500;
const CONTEND_MS = 500;
/** How often a leader looks whether the stream is still what it was, and counts the backlog. */
const INSPECT_MS = 5000;
const MAINTAIN_MS = 600_000;
const BACKLOG_BOUND = 100_000;

export function outboxRelay(options: RelayOptions): Relay {
  const { service, bus, log } = options;
  const stream = streamOf(service);
  const publish = options.publish ?? publisher(bus, stream);
  const metrics = relayMetrics(options.metrics);
  const bell = doorbell(bus, `wake.${service}`);
  let leads = false;
  let stopping = false;
  let failures = 0;
  let running: Promise<void> = Promise.resolve();

  /** @returns the stream's last sequence, when stream and database agree */
  async function takeOver(sql: Session): Promise<number> {
    await ensureStream(bus, service, options.stream);
    const view = await viewStream(await bus.manager(), stream);
    const { lastSeq, found, republished } = await reconcile(sql, view, publish);
    metrics.republished.inc(republished);
    if (republished > 0) log.warn({ stream, republished }, 'the stream had lost events; they were published again');
    log.info({ stream, lastSeq, found }, 'outbox relay leads');
    return lastSeq;
  }

  /** Publishes and sleeps until something fails or the service stops. */
  async function lead(sql: Session): Promise<void> {
    const inspect = inspector(sql);
    using connection = thisConnection(bus);
    let lastSeq = await connection.during(takeOver(sql));
    leads = true;
    metrics.leader.set(1);
    while (!stopping) {
      bell.reset();
      connection.check();
      const events = await waiting(sql, WINDOW);
      const { placed, failure } = await connection.during(publishWindow(publish, events, lastSeq));
      await moveToSent(sql, placed);
      metrics.published.inc(placed.length);
      if (failure !== undefined) throw failure;
      lastSeq += events.length;
      failures = 0;
      await inspect(lastSeq);
      if (events.length < WINDOW) await bell.wait(POLL_MS);
    }
  }

  /** What a leader does now and then, beside its work. */
  function inspector(sql: Session): (lastSeq: number) => Promise<void> {
    let inspectAt = 0;
    let maintainAt = 0;
    return async (lastSeq) => {
      const now = performance.now();
      if (now < inspectAt) return;
      inspectAt = now + INSPECT_MS;
      const { state } = await (await bus.manager()).streams.info(stream);
      if (state.last_seq !== lastSeq) throw new Error(`${stream} ends at ${state.last_seq}, not at ${lastSeq}`);
      metrics.backlog.set(await backlog(sql, BACKLOG_BOUND));
      if (now < maintainAt) return;
      maintainAt = now + MAINTAIN_MS;
      // Publishing does not depend on it, and the next time comes.
      await maintainPartitions(sql).catch((error: unknown) => log.error({ err: error }, 'outbox_sent not maintained'));
    };
  }

  /** One session from its beginning to its end. */
  async function serve(): Promise<void> {
    const session = await openSession(options.databaseUrl, service);
    try {
      while (!stopping && bus.connected()) {
        if (await session.tryLead()) return await lead(session);
        await bell.pause(CONTEND_MS);
      }
    } finally {
      leads = false;
      metrics.leader.set(0);
      await session.end();
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      bell.reset();
      try {
        // Without NATS somebody else may lead.
        await (bus.connected() ? serve() : bell.wait(CONTEND_MS));
      } catch (error) {
        failures += 1;
        log.warn({ err: error, stream, failures }, 'outbox relay starts over');
        await bell.pause(backoffMs(failures));
      }
    }
  }

  return {
    name: 'outbox relay',
    wake: () => (leads ? bell.ring() : bell.ringOthers()),
    leading: () => leads,
    start: async () => {
      bell.open();
      running = run();
    },
    stop: async () => {
      stopping = true;
      bell.close();
      await running;
    },
  };
}

/** Ends what waits for NATS when the connection is lost: an answer would not come, and its timeout is long. */
function thisConnection(bus: Bus) {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  // Whoever waits is told; nobody has to.
  lost.catch(() => undefined);
  const generation = bus.generation();
  const unlisten = bus.onConnection(() => reject(new Error('the connection to NATS was lost')));
  return {
    during: <T>(work: Promise<T>): Promise<T> => Promise.race([work, lost]),
    check: () => {
      if (bus.generation() !== generation || !bus.connected()) throw new Error('the connection to NATS is another');
    },
    [Symbol.dispose]: () => unlisten(),
  };
}

function relayMetrics(registry: Registry) {
  return {
    leader: gauge(registry, { name: 'fanfare_outbox_relay_leader', help: '1 while this replica publishes the outbox' }),
    backlog: gauge(registry, {
      name: 'fanfare_outbox_backlog_events',
      help: `Events that wait for the relay, as its leader last counted them, up to ${BACKLOG_BOUND}`,
    }),
    published: counter(registry, { name: 'fanfare_outbox_published_total', help: 'Events the stream acknowledged' }),
    republished: counter(registry, {
      name: 'fanfare_outbox_republished_total',
      help: 'Events published again because the stream had lost them',
    }),
  };
}
