import { z } from 'zod';
import type { Authenticator } from '../authenticator.ts';
import type { App } from './app-type.ts';

/** The keys that access tokens verify against, for other parties. Bare: a JSON Web Key Set has no envelope. */
export function keyRoutes(app: App, { published }: Pick<Authenticator, 'published'>): void {
  app.get(
    '/.well-known/jwks.json',
    {
      config: { access: 'public', envelope: false },
      schema: {
        tags: ['auth'],
        operationId: 'getKeySet',
        summary: 'The public keys of access tokens (RFC 7517)',
        response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=60');
      const { keys } = await published();
      return { keys: keys.map((key) => ({ ...key })) };
    },
  );
}
