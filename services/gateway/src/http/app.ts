/**
 * The public HTTP application: routes, and around them one hook each for who asks, how often, under which command id,
 * and in which shape it is answered. It does not listen; sockets share its server.
 */

import { type Clock, commonErrors, type Logger } from '@fanfare/kit';
import cors from '@fastify/cors';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { Authenticator } from '../authenticator.ts';
import { errors } from '../errors.ts';
import type { Limiter } from '../limits/limiter.ts';
import type { Policies } from '../limits/policies.ts';
import type { Presence } from '../presence/presence.ts';
import { presentErrorBody } from '../present/error.ts';
import type { PublicFace } from '../public-face.ts';
import { authenticate } from './access.ts';
import { type AllowedMethods, collectMethods } from './allowed-methods.ts';
import type { App } from './app-type.ts';
import { serveSocketReference } from './async-api.ts';
import { readBodies } from './body.ts';
import { commandIdOf } from './command-id.ts';
import { envelopeOf } from './envelope.ts';
import { keyRoutes } from './key-routes.ts';
import { nameSpan, requestDurations } from './observe.ts';
import { serveReference } from './open-api.ts';
import { limitAddress, limitRate } from './rate-limit.ts';
import { refusalOf, retryAfterOf, statusOf } from './refusal.ts';
import { registerRoutes } from './register-routes.ts';
import { requestIdOf } from './request-id.ts';
import { trustProxyOf } from './trust-proxy.ts';

export interface HttpDeps {
  /** Of all services that routes ask, by name. */
  readonly clients: object;
  readonly face: PublicFace;
  readonly authenticator: Authenticator;
  readonly limiter: Limiter;
  readonly policies: Policies;
  readonly presence: Pick<Presence, 'areOnline'>;
  readonly pointCurrencyName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** See {@link trustProxyOf}. */
  readonly trustProxy?: string | undefined;
  /** Origins that browsers may call from; all of them unless given, since tokens are never in cookies. */
  readonly corsOrigins?: readonly string[] | undefined;
}

/** Ours stay under 2 KiB; the largest is a gift to 50 recipients. */
const BODY_LIMIT = 64 * 1024;
/** How long a client may take to send its request. */
const REQUEST_TIMEOUT_MS = 30_000;

export async function createHttpApp(deps: HttpDeps): Promise<App> {
  const app: App = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustProxyOf(deps.trustProxy),
    genReqId: requestIdOf,
    frameworkErrors: (error, request, reply) => refuse(deps, error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Presenters are typed, so answers are not checked once more at run time; the schemas are for the reference.
  app.setSerializerCompiler(() => JSON.stringify);
  app.decorateRequest('principal', null);
  app.decorateRequest('commandId', '');
  readBodies(app);
  answerRefusals(app, deps, collectMethods(app));

  const observe = requestDurations(deps.metrics);
  app.addHook('onRequest', async (request, reply) => {
    nameSpan(request.routeOptions.url);
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
  });
  app.addHook('onResponse', async (request, reply) => observe(request, reply));
  await app.register(cors, {
    origin: deps.corsOrigins === undefined ? '*' : [...deps.corsOrigins],
    methods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
    exposedHeaders: ['x-request-id', 'idempotency-key', 'retry-after'],
    maxAge: 3600,
  });
  await serveReference(app);
  serveSocketReference(app, deps.face);
  await app.register(async (scope: App) => servePublic(scope, deps));
  return app;
}

async function servePublic(scope: App, deps: HttpDeps): Promise<void> {
  guard(scope, deps);
  scope.addHook('preSerialization', async (request, _reply, payload) =>
    request.routeOptions.config.envelope === false ? payload : envelopeOf(payload, deps.clock.now()),
  );
  keyRoutes(scope, deps.authenticator);
  await scope.register(async (api: App) => registerRoutes(api, deps.face.routes, deps), { prefix: '/api/v1' });
}

/** Before a body is read: who asks, and whether not too often. Then the command's id. */
function guard(scope: App, { authenticator, limiter, policies }: HttpDeps): void {
  scope.addHook('onRequest', async (request) => {
    const { access = 'user' } = request.routeOptions.config;
    try {
      request.principal = await authenticate(access, request.headers.authorization, authenticator.verify);
    } catch (error) {
      // Guessing tokens is limited like everything else.
      await limitAddress(request, limiter, policies);
      throw error;
    }
  });
  scope.addHook('onRequest', async (request) => limitRate(request, limiter, policies));
  scope.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.config.movesMoney !== true) return;
    request.commandId = commandIdOf(request.headers['idempotency-key']);
    reply.header('idempotency-key', request.commandId);
  });
}

function answerRefusals(app: App, deps: HttpDeps, allowedOn: AllowedMethods): void {
  app.setErrorHandler((error, request, reply) => refuse(deps, error, request, reply));
  app.setNotFoundHandler(async (request, reply) => {
    await limitAddress(request, deps.limiter, deps.policies);
    const [path = ''] = request.url.split('?');
    const asked = { method: request.method, path: path.slice(0, 200) };
    const allowed = allowedOn(path).join(', ');
    if (allowed === '') return refuse(deps, errors.ROUTE_NOT_FOUND(asked), request, reply);
    reply.header('allow', allowed);
    return refuse(deps, errors.METHOD_NOT_ALLOWED({ ...asked, allowed }), request, reply);
  });
}

function refuse(deps: HttpDeps, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { refusal, unexpected } = refusalOf(error, { bodyLimit: BODY_LIMIT });
  if (unexpected)
    deps.log.error({ err: error, requestId: request.id, url: request.routeOptions?.url }, 'request failed');
  const wait = retryAfterOf(refusal);
  if (wait !== null) reply.header('retry-after', wait);
  if (refusal.kind === commonErrors.UNAUTHENTICATED().kind) reply.header('www-authenticate', 'Bearer');
  return (
    reply
      .code(statusOf(refusal, deps.face.statuses))
      .type('application/json; charset=utf-8')
      // As text, which passes the envelope by.
      .send(JSON.stringify(presentErrorBody(refusal, request.id, deps.clock.now())))
  );
}
