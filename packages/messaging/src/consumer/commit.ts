/** One attempt at a batch: one transaction with its inbox rows, and one span for each event. */
import type { Database, Sql } from '@fanfare/database';
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Envelope } from '../envelope.ts';
import { contextOf, traceparentOf } from '../trace-context.ts';
import type { Consumer, Incoming } from './define.ts';
import { takeNew } from './inbox.ts';
import type { ConsumerMetrics } from './metrics.ts';

export interface CommitDeps {
  readonly database: Database;
  readonly metrics: ConsumerMetrics;
  readonly afterCommit: () => void;
}

type Events = readonly Incoming<unknown>[];

/** @returns a function that commits the events which are new to the consumer; it rejects when nothing is committed */
export function committer({ database, metrics, afterCommit }: CommitDeps, consumer: Consumer) {
  return async (events: Events): Promise<void> => {
    const fresh = await inSpans(consumer.durable, events, (traced) =>
      database.transaction((tx) => handleNew(tx, consumer, traced)),
    );
    metrics.handled.inc({ consumer: consumer.durable }, fresh);
    metrics.duplicates.inc({ consumer: consumer.durable }, events.length - fresh);
    if (fresh > 0) afterCommit();
  };
}

/** @returns how many events were new */
async function handleNew(tx: Sql, consumer: Consumer, events: Events): Promise<number> {
  const ids = new Set(events.map((event) => event.envelope.id));
  const fresh = await takeNew(tx, consumer.durable, [...ids]);
  const unseen = new Set(fresh);
  // The same event twice in one batch is one.
  const chosen = events.filter((event) => unseen.delete(event.envelope.id));
  if (chosen.length > 0) await consumer.handle({ tx, events: chosen });
  return fresh.size;
}

/** Runs `work` within a span for each event. What it does in common (statements) belongs to the first event's trace. */
async function inSpans<T>(consumer: string, events: Events, work: (traced: Events) => Promise<T>): Promise<T> {
  const spans = events.map((event) => startSpan(consumer, event.envelope));
  const [first] = spans;
  const within = first === undefined ? context.active() : trace.setSpan(context.active(), first);
  try {
    const traced = events.map((event, index) => withSpan(event, spans[index]));
    return await context.with(within, () => work(traced));
  } catch (error) {
    for (const span of spans) span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

function startSpan(consumer: string, { subject, id, traceparent }: Envelope): Span {
  return trace.getTracer('@fanfare/messaging').startSpan(
    `process ${subject}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'nats',
        'messaging.operation.type': 'process',
        'messaging.destination.name': subject,
        'messaging.message.id': id,
        'messaging.consumer.group.name': consumer,
      },
    },
    contextOf(traceparent),
  );
}

/** The handler's envelope carries the span that processes the event, so that what it announces continues there. */
function withSpan(event: Incoming<unknown>, span: Span | undefined): Incoming<unknown> {
  const traceparent = traceparentOf(span?.spanContext());
  return traceparent === undefined ? event : { ...event, envelope: { ...event.envelope, traceparent } };
}
