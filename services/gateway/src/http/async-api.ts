/** The protocol of the sockets, as AsyncAPI 3.0 at /api/v1/asyncapi.json. */
import { asyncApiDocument } from '../protocol/async-api.ts';
import { serverEvents } from '../protocol/server-events.ts';
import { allCommands } from '../socket/all-commands.ts';
import type { App } from './app-type.ts';

export function serveSocketReference(app: App): void {
  const { asyncapi, info, ...rest } = asyncApiDocument({ events: serverEvents, commands: allCommands });
  app.get('/api/v1/asyncapi.json', { schema: { hide: true } }, async ({ host, protocol }) => ({
    asyncapi,
    info,
    servers: { gateway: { host, pathname: '/socket.io/', protocol: protocol === 'https' ? 'wss' : 'ws' } },
    ...rest,
  }));
}
