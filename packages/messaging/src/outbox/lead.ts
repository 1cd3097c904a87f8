/** What the one active relay does: compares, publishes, and looks now and then whether all is still as it left it. */
import type { Clock, Logger } from '@fanfare/kit';
import type { Bus } from '../bus.ts';
import type { Doorbell } from './doorbell.ts';
import { type Publish, publishWindow } from './publish.ts';
import { reconcile, type StreamView, WINDOW } from './reconcile.ts';
import type { RelayMetrics } from './relay-metrics.ts';
import type { OutboxTables, Placed, StoredEvent } from './store.ts';

/** A session that can be the one leader among all sessions of the database. */
export interface LeaderSession extends OutboxTables {
  /** @returns whether this session is the leader from now until it ends */
  readonly tryLead: () => Promise<boolean>;
  /** Prepares and drops days of sent events. @returns whether all is done; otherwise there is more to do soon */
  readonly maintain: () => Promise<boolean>;
  readonly end: () => Promise<void>;
}

/** The stream that the outbox goes to. */
export interface OutboxStream {
  readonly name: string;
  /** Creates it, or brings it to this release's configuration. */
  readonly ensure: () => Promise<void>;
  readonly view: () => Promise<StreamView>;
  readonly publish: Publish;
}

export interface Leadership {
  /** Whether there is a connection, and whether it is still the same one. */
  readonly bus: Pick<Bus, 'connected' | 'generation' | 'onConnection'>;
  readonly log: Logger;
  readonly stream: OutboxStream;
  readonly metrics: RelayMetrics;
  readonly bell: Doorbell;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly stopping: () => boolean;
  /** Stream and database agree: from now on this replica publishes. */
  readonly onLeading: () => void;
  readonly onProgress: () => void;
}

/** Two windows may be in the stream without being noted: the one on its way, and the one before it. */
const IN_FLIGHT = WINDOW / 2;
/** Read at once. What is committed meanwhile, under whatever id, is of entities whose events here came before it. */
const PAGE = 4 * IN_FLIGHT;
/** The net under the wake-ups: what nobody announced is found after this. */
const POLL_MS = 500;
/** How often a leader looks whether the stream is still what it was, and counts the backlog. */
const INSPECT_MS = 5000;
const MAINTAIN_MS = 600_000;

/** Publishes and sleeps until the relay stops. @throws when anything fails; nothing is certain then */
export async function lead(of: Leadership, session: LeaderSession): Promise<void> {
  using connection = thisConnection(of.bus);
  let lastSeq = await connection.during(takeOver(of, session));
  const inspect = inspector(of, session);
  of.onLeading();
  while (!of.stopping()) {
    of.bell.reset();
    const events = await session.waiting(PAGE);
    await publishPage(of, session, connection, events, lastSeq);
    lastSeq += events.length;
    of.onProgress();
    await inspect(lastSeq);
    if (events.length < PAGE) await of.bell.wait(POLL_MS);
  }
}

/**
 * Publishes events to follow `lastSeq`, a window after the other. While one is on its way the one before it is noted:
 * stream and database work at the same time, and what nobody has noted yet is never more than comparing finds again.
 * They are noted in order, and nothing behind one that was not.
 */
async function publishPage(
  { stream, metrics }: Leadership,
  session: LeaderSession,
  connection: ReturnType<typeof thisConnection>,
  events: readonly StoredEvent[],
  lastSeq: number,
): Promise<void> {
  let noting: Promise<void> = Promise.resolve();
  const note = async (placed: readonly Placed[]): Promise<void> => {
    await session.moveToSent(placed);
    metrics.published.inc(placed.length);
  };
  try {
    for (let from = 0; from < events.length; from += IN_FLIGHT) {
      connection.check();
      const window = events.slice(from, from + IN_FLIGHT);
      const { placed, failure } = await connection.during(publishWindow(stream.publish, window, lastSeq + from));
      await noting;
      noting = note(placed);
      // It is awaited below, but may fail before that.
      noting.catch(() => undefined);
      if (failure !== undefined) throw failure;
    }
  } finally {
    await noting;
  }
}

/** @returns the stream's last sequence, when stream and database agree */
async function takeOver({ stream, log, metrics, onProgress }: Leadership, session: LeaderSession): Promise<number> {
  // Before any row is moved: a day that has rows in the default partition is harder to prepare.
  await session.maintain();
  await stream.ensure();
  const view = await stream.view();
  const { found, lost } = await reconcile(session, view, onProgress);
  metrics.republished.inc(lost);
  if (lost > 0) log.warn({ stream: stream.name, lost }, 'the stream had lost events; they are published again');
  log.info({ stream: stream.name, lastSeq: view.lastSeq, found }, 'outbox relay leads');
  return view.lastSeq;
}

/** What a leader does now and then, beside its work. */
function inspector({ stream, metrics, clock }: Leadership, session: LeaderSession): (lastSeq: number) => Promise<void> {
  let inspectAt = clock.monotonic() + INSPECT_MS;
  let maintainAt = 0;
  return async (lastSeq) => {
    const now = clock.monotonic();
    if (now < inspectAt) return;
    inspectAt = now + INSPECT_MS;
    const view = await stream.view();
    if (view.lastSeq !== lastSeq) throw new Error(`${stream.name} ends at ${view.lastSeq}, not at ${lastSeq}`);
    metrics.backlog.set(await session.backlog());
    if (now < maintainAt) return;
    if (await session.maintain()) maintainAt = now + MAINTAIN_MS;
  };
}

/** Ends what waits for NATS when the connection is lost: an answer would not come, and its timeout is long. */
function thisConnection(bus: Leadership['bus']) {
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
