import type { IncomingMessage, ServerResponse } from 'node:http';

const METHODS = ['GET', 'POST', 'OPTIONS'];

/** engine.io answers a method that it does not know as if it had failed itself. */
export function refuseOtherMethods(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (METHODS.includes(request.method ?? '')) {
    next();
    return;
  }
  // Not chained: of an upgrade the response is engine.io's own, whose writeHead returns nothing.
  response.writeHead(405, { allow: METHODS.join(', ') });
  response.end();
}
