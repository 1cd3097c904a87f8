import type { IncomingMessage } from 'node:http';
import { newId } from '@fanfare/kit';

/** What we are willing to repeat in logs, metadata and answers. */
const PRINTABLE = /^[\x21-\x7e]{1,128}$/;

/** The client's own correlation id, if it sends a usable one, else a new one. Goes with every call this request makes. */
export function requestIdOf(request: IncomingMessage): string {
  for (const name of ['x-request-id', 'x-correlation-id']) {
    const value = request.headers[name];
    if (typeof value === 'string' && PRINTABLE.test(value)) return value;
  }
  return newId();
}
