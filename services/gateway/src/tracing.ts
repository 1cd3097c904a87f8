/** Spans at the places that no instrumentation knows: sockets and edge channels. Without a tracer all of it is nothing. */

import { contextOf, traceparentOf } from '@fanfare/messaging';
import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = () => trace.getTracer('fanfare-gateway');

/** Runs `work` in a span of its own that begins a trace: a client's command. */
export async function inServerSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer().startActiveSpan(name, { kind: SpanKind.SERVER, root: true, attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span that continues what was begun elsewhere; end it. Null when nobody traces. */
export function continueTrace(
  name: string,
  traceparent: string | undefined,
  kind: 'producer' | 'consumer',
  attributes: Attributes,
): { readonly span: Span; readonly traceparent: string | undefined } | null {
  if (traceparent === undefined || traceparent === '') return null;
  const options = { kind: kind === 'producer' ? SpanKind.PRODUCER : SpanKind.CONSUMER, attributes };
  const span = tracer().startSpan(name, options, contextOf(traceparent));
  return { span, traceparent: traceparentOf(span.spanContext()) ?? traceparent };
}
