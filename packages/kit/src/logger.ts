import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Paths that never reach a log, wherever an object of the platform carries them. */
const REDACTED = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'secret'];

/** A JSON logger on stdout. Lines written inside a span carry its trace id. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span !== undefined && isSpanContextValid(span) ? { traceId: span.traceId } : {};
    },
  });
}

/** For tests that do not read logs. */
export const silentLogger: Logger = pino({ level: 'silent' });
