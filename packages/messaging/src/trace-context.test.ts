import { trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { contextOf, traceparentOf } from './trace-context.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('reads a trace context back as it was written', () => {
  expect(traceparentOf(trace.getSpanContext(contextOf(traceparent)))).toBe(traceparent);
});

it.each([undefined, '', 'garbage', `${traceparent}-more`, '00-00-00-00'])('begins a new trace after %j', (text) => {
  expect(traceparentOf(trace.getSpanContext(contextOf(text)))).toBeUndefined();
});
