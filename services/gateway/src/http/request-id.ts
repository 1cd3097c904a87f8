import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What we are willing to repeat in logs, metadata and answers. */
const PRINTABLE = /^[\x20-\x7e]{1,200}$/;

/** UUIDv4, which is what clients expect of a correlation id. */
export const newRequestId = (): string => randomUUID();

/** The client's own correlation id, if it sends a usable one, else a new one. Goes with every call this request makes. */
export function requestIdOf(request: IncomingMessage): string {
  for (const name of ['x-request-id', 'x-correlation-id']) {
    const value = request.headers[name];
    if (typeof value === 'string' && PRINTABLE.test(value)) return value;
  }
  return newRequestId();
}
