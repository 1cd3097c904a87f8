import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { KnownUsers } from '../known-users.ts';
import type { Clients } from '../rpc-clients.ts';
import './route-config.ts';

/** A Fastify scope whose schemas are zod's. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** The routes of one area. */
export type Routes = (app: App, clients: Clients, users: KnownUsers) => void;
