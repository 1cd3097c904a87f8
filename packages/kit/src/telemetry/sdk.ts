/**
 * Traces: HTTP, gRPC, PostgreSQL and Redis by instrumentation, NATS by the messaging package. Spans go to
 * OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over gRPC); without one they stay in memory, which is what tests read.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import type { Environment } from '../config.ts';

// One per process, whichever module graph asks: vitest inlines workspace sources, --import does not.
const KEY = Symbol.for('fanfare.spans');
const globals = globalThis as { [KEY]?: InMemorySpanExporter };

/** Where finished spans are kept when no endpoint is configured. */
export const memorySpans: InMemorySpanExporter = globals[KEY] ?? new InMemorySpanExporter();
globals[KEY] = memorySpans;

export function startTelemetry(env: Environment): NodeSDK {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const processor =
    endpoint === undefined
      ? new SimpleSpanProcessor({ exporter: memorySpans })
      : new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: endpoint }) });
  const sdk = new NodeSDK({
    serviceName: env['OTEL_SERVICE_NAME'] ?? 'fanfare',
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
  return sdk;
}
