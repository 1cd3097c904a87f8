import { anonymous, type CallOptions } from '@fanfare/kit';
import type { FastifyRequest } from 'fastify';

/** Calls made for a request: in its user's name, under its id. */
export const callFor = (request: FastifyRequest): CallOptions => ({
  caller: request.principal?.caller ?? anonymous,
  correlationId: request.id,
});
