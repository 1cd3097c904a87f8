import { anonymous, type CallOptions, commonErrors } from '@fanfare/kit';
import type { FastifyRequest } from 'fastify';

/** Calls made for a request: in its user's name, under its id. */
export const callFor = (request: FastifyRequest): CallOptions => ({
  caller: request.principal?.caller ?? anonymous,
  correlationId: request.id,
});

/** The one object an answer is about; protobuf cannot say that it is always there. */
export function present<S, T>(value: S | undefined, presenter: (value: S) => T): T {
  if (value === undefined) throw commonErrors.INTERNAL();
  return presenter(value);
}
