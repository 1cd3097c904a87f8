/** What the one active relay does: compares, publishes, and looks now and then whether all is still as it left it. */
import { streamOf } from '@fanfare/contracts';
import type { Logger } from '@fanfare/kit';
import type { Bus } from '../bus.ts';
import { ensureStream, type StreamOptions } from '../stream.ts';
import type { Doorbell } from './doorbell.ts';
import type { Session } from './leader-session.ts';
import { maintainPartitions } from './partitions.ts';
import { type Publish, publishWindow } from './publish.ts';
import { reconcile, viewStream, WINDOW } from './reconcile.ts';
import type { RelayMetrics } from './relay-metrics.ts';
import { backlog, moveToSent, waiting } from './store.ts';

export interface Leadership {
  readonly service: string;
  readonly bus: Bus;
  readonly log: Logger;
  readonly stream?: StreamOptions;
  readonly publish: Publish;
  readonly metrics: RelayMetrics;
  readonly bell: Doorbell;
  readonly stopping: () => boolean;
  /** Stream and database agree: from now on this replica publishes. */
  readonly onLeading: () => void;
  readonly onProgress: () => void;
}

/** The net under the wake-ups: what nobody announced is found after this. */
const POLL_MS = 500;
/** How often a leader looks whether the stream is still what it was, and counts the backlog. */
const INSPECT_MS = 5000;
const MAINTAIN_MS = 600_000;

/** Publishes and sleeps until the relay stops. @throws when anything fails; nothing is certain then */
export async function lead(of: Leadership, sql: Session): Promise<void> {
  using connection = thisConnection(of.bus);
  let lastSeq = await connection.during(takeOver(of, sql));
  const inspect = inspector(of, sql);
  of.onLeading();
  while (!of.stopping()) {
    of.bell.reset();
    connection.check();
    const events = await waiting(sql, WINDOW);
    const { placed, failure } = await connection.during(publishWindow(of.publish, events, lastSeq));
    await moveToSent(sql, placed);
    of.metrics.published.inc(placed.length);
    if (failure !== undefined) throw failure;
    lastSeq += events.length;
    of.onProgress();
    await inspect(lastSeq);
    if (events.length < WINDOW) await of.bell.wait(POLL_MS);
  }
}

/** @returns the stream's last sequence, when stream and database agree */
async function takeOver({ bus, service, log, metrics, onProgress, ...of }: Leadership, sql: Session): Promise<number> {
  // Before any row is moved: a day that has rows in the default partition is harder to prepare.
  await maintainPartitions(sql, log);
  await ensureStream(bus, service, of.stream);
  const stream = streamOf(service);
  const view = await viewStream(await bus.manager(), stream);
  const { found, lost } = await reconcile(sql, view, onProgress);
  metrics.republished.inc(lost);
  if (lost > 0) log.warn({ stream, lost }, 'the stream had lost events; they are published again');
  log.info({ stream, lastSeq: view.lastSeq, found }, 'outbox relay leads');
  return view.lastSeq;
}

/** What a leader does now and then, beside its work. */
function inspector({ bus, service, log, metrics }: Leadership, sql: Session): (lastSeq: number) => Promise<void> {
  const stream = streamOf(service);
  let inspectAt = performance.now() + INSPECT_MS;
  let maintainAt = 0;
  return async (lastSeq) => {
    const now = performance.now();
    if (now < inspectAt) return;
    inspectAt = now + INSPECT_MS;
    const { state } = await (await bus.manager()).streams.info(stream);
    if (state.last_seq !== lastSeq) throw new Error(`${stream} ends at ${state.last_seq}, not at ${lastSeq}`);
    metrics.backlog.set(await backlog(sql));
    if (now < maintainAt) return;
    if (await maintainPartitions(sql, log)) maintainAt = now + MAINTAIN_MS;
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
