/**
 * Traces: HTTP, gRPC, PostgreSQL and Redis by instrumentation, NATS by the messaging package, sockets by the gateway.
 * Must run before anything else is loaded, or the libraries are not instrumented.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { register } from 'import-in-the-middle/register-hooks.mjs';

const INSTRUMENTED = ['http', 'node:http', 'https', 'node:https', '@grpc/grpc-js', 'pg', 'pg-pool', 'ioredis'];

// One per process, whichever module graph asks: vitest inlines workspace sources, --import does not.
const KEY = Symbol.for('fanfare.spans');
const globals = globalThis as { [KEY]?: InMemorySpanExporter };

/** Where finished spans are kept in tests. */
export const memorySpans: InMemorySpanExporter = globals[KEY] ?? new InMemorySpanExporter();
globals[KEY] = memorySpans;

/** Sends spans to an OTLP endpoint over gRPC (`http://collector:4317`). */
export const toCollector = (url: string): SpanProcessor =>
  new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) });

export const toMemory = (): SpanProcessor => new SimpleSpanProcessor({ exporter: memorySpans });

export function startTelemetry(serviceName: string, processor: SpanProcessor): void {
  // vitest imports a dependency by its file URL, so the names alone do not match there.
  register({ include: [...INSTRUMENTED, /\/node_modules\/(@grpc\/grpc-js|pg|pg-pool|ioredis)\//] });
  const sdk = new NodeSDK({
    serviceName,
    autoDetectResources: false,
    spanProcessors: [processor],
    instrumentations: [
      new HttpInstrumentation(),
      new GrpcInstrumentation(),
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
}
