import { type AppError, invalid } from '@fanfare/kit';
import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { forbiddenKeyProblem, weigh } from '../weigh.ts';
import type { App } from './app-type.ts';

/**
 * JSON bodies only. An empty one is no body, whatever its content type says: many clients send the header with every
 * POST. A key that could reach a prototype is refused by its name.
 */
export function readBodies(app: App): void {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, bytes, done) => {
      if (request.routeOptions.config.rawBody === true) request.rawBody = bytes;
      const { refusal, value } = parse(bytes.toString('utf8'));
      done(refusal, value);
    },
  );
}

interface Parsed {
  readonly refusal: AppError | null;
  readonly value?: unknown;
}

function parse(text: string): Parsed {
  // Other programs write a byte order mark in front of their JSON.
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (json === '') return { refusal: null };
  try {
    const value: unknown = JSON.parse(json);
    const { forbiddenKey } = weigh(value, Number.POSITIVE_INFINITY);
    if (forbiddenKey !== null) return { refusal: invalid('body', forbiddenKeyProblem(forbiddenKey)) };
    return { refusal: null, value };
  } catch (error) {
    if (error instanceof SyntaxError) return { refusal: errors.MALFORMED_BODY() };
    throw error;
  }
}
