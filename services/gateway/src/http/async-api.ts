/** The protocol of the sockets: AsyncAPI 3.0 at /api/v1/asyncapi.json, and the same as a page at /api/v1/sockets. */
import { asyncApiDocument, type Protocol } from '../protocol/async-api.ts';
import { protocolPage } from '../protocol/page.ts';
import type { App } from './app-type.ts';

export function serveSocketReference(app: App, protocol: Protocol): void {
  const document = asyncApiDocument(protocol);
  const page = protocolPage(document);
  const { asyncapi, info, ...rest } = document;
  app.get('/api/v1/asyncapi.json', { schema: { hide: true } }, async ({ host, protocol }) => ({
    asyncapi,
    info,
    servers: { gateway: { host, pathname: '/socket.io/', protocol: protocol === 'https' ? 'wss' : 'ws' } },
    ...rest,
  }));
  app.get('/api/v1/sockets', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(page),
  );
}
