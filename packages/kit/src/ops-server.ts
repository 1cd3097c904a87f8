/** The operators' port: /livez, /readyz and /metrics. Never exposed to the public. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Part } from './service.ts';

export interface OpsOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Registry;
  /** Reasons not to be ready; asked at every request. */
  readonly problems: () => readonly string[];
}

/** @returns the part, and the port once it has started (of interest when 0 was asked for) */
export function opsServer(options: OpsOptions): Part & { readonly port: () => number } {
  const answer: RequestListener = (request, response) => {
    const reply = (code: number, type: string, body: string): void => {
      response.writeHead(code, { 'content-type': type }).end(body);
    };
    const json = (code: number, body: unknown): void => reply(code, 'application/json', JSON.stringify(body));
    if (request.url === '/livez') return json(200, { alive: true });
    if (request.url === '/readyz') {
      const problems = options.problems();
      return json(problems.length === 0 ? 200 : 503, { ready: problems.length === 0, problems });
    }
    if (request.url === '/metrics') {
      options.metrics.metrics().then(
        (text) => reply(200, options.metrics.contentType, text),
        (error: unknown) => json(500, { error: String(error) }),
      );
      return;
    }
    json(404, { error: 'no such page; there are /livez, /readyz and /metrics' });
  };
  const server = createServer(answer);
  return {
    name: 'ops',
    port: () => (server.address() as AddressInfo).port,
    start: async () => {
      server.listen(options.port, options.host);
      await once(server, 'listening');
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
