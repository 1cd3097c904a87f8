import type { FastifyRequest } from 'fastify';
import type { App } from './app-type.ts';

/**
 * JSON bodies only. An empty one is no body, whatever its content type says: many clients send the header with every
 * POST. `__proto__` and `constructor` keys are refused.
 */
export function readBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, bytes, done) => {
      if (request.routeOptions.config.rawBody === true) request.rawBody = bytes;
      if (bytes.length === 0) done(null, undefined);
      else void parse(request, bytes.toString('utf8'), done);
    },
  );
}
