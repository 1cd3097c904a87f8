/** From routes as values to routes of Fastify: all that is the same for each of them. */
import type { FastifyRequest, FastifySchema } from 'fastify';
import type { Principal } from '../authenticator.ts';
import type { App } from './app-type.ts';
import { callFor } from './call.ts';
import { nothing } from './envelope.ts';
import type { Route, RouteContext, RouteDeps } from './route.ts';
import type { Access } from './route-config.ts';

type Context = RouteContext<unknown, Access, boolean>;

const USER_AGENT_LENGTH_MOST = 256;

/** @param deps what every route is given, `clients` being those of all areas */
export function registerRoutes(
  app: App,
  routes: readonly Route[],
  deps: RouteDeps & { readonly clients: object },
): void {
  for (const route of routes) {
    const { method, path, access, movesMoney, limit, envelope, rawBody, status = 200 } = route;
    app.route({
      method,
      url: path,
      config: {
        access,
        ...(movesMoney !== undefined && { movesMoney }),
        ...(limit !== undefined && { limit }),
        ...(envelope !== undefined && { envelope }),
        ...(rawBody !== undefined && { rawBody }),
      },
      schema: schemaOf(route),
      handler: async (request, reply) => {
        reply.code(status);
        const { params, query, body } = request;
        // Fastify would send null as it is, past the envelope.
        return (await route.run(contextOf(deps, request), { params, query, body })) ?? nothing;
      },
    });
  }
}

function schemaOf({ operationId, summary, tags = [], deprecated, params, query, body, answer, status }: Route) {
  return {
    operationId,
    summary,
    tags: [...tags],
    ...(deprecated !== undefined && { deprecated }),
    ...(params !== undefined && { params }),
    ...(query !== undefined && { querystring: query }),
    ...(body !== undefined && { body }),
    response: { [status ?? 200]: answer },
  } satisfies FastifySchema;
}

/** The hooks have seen to it that there is a principal where the route demands one, and an id where it moves money. */
const contextOf = (deps: RouteDeps & { readonly clients: object }, request: FastifyRequest): Context => ({
  ...deps,
  call: callFor(request),
  principal: request.principal as Principal,
  commandId: request.commandId as never,
  rawBody: request.rawBody,
  device: () => ({
    ip: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH_MOST),
  }),
});
