import { memorySpans } from '@fanfare/kit/telemetry';
import { eventually } from '@fanfare/testing';
import { SpanKind, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announce, announcement, causedBy, defineConsumer } from '../src/index.ts';
import { moved, openPlatform, type Platform, removed } from './platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

it('continues the trace of a command in the consumers of its events, and of theirs', async () => {
  const relay = await platform.relay();
  const echo = defineConsumer({
    durable: 'echo-item',
    event: moved,
    handleBatch: ({ tx, events }) =>
      announce(
        tx,
        events.map(({ message, envelope }) =>
          announcement(removed, message, { ...causedBy(envelope), entityId: 'a', entityVersion: 2n }),
        ),
      ),
  });
  const last = defineConsumer({ durable: 'last-item', event: removed, handleBatch: async () => {} });
  await platform.consume([echo, last], { afterCommit: relay.wake });

  const traceId = await trace.getTracer('test').startActiveSpan('command', async (span) => {
    await announce(
      platform.database,
      announcement(moved, { entity: 'a', version: 1 }, { entityId: 'a', entityVersion: 1n }),
    );
    span.end();
    return span.spanContext().traceId;
  });
  relay.wake();

  await eventually(() => {
    const spans = memorySpans.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    const named = (name: string) => spans.find((span) => span.name === name);
    const [command, first, second] = ['command', `process ${moved.subject}`, `process ${removed.subject}`].map(named);
    expect(first?.kind).toBe(SpanKind.CONSUMER);
    expect(first?.parentSpanContext?.spanId).toBe(command?.spanContext().spanId);
    expect(second?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId);
  });
});
