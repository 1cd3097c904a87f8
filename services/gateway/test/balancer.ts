/** A balancer in front of several gateways: by request, as long-polling cannot do with, or by a cookie, as it must. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Balancer {
  readonly port: number;
  /** Requests and upgrades that came until now. */
  readonly requests: () => number;
  /** From now on upgrades wait until `letUpgrade`. */
  readonly holdUpgrades: () => void;
  readonly letUpgrade: () => void;
  readonly stop: () => Promise<void>;
}

const COOKIE = 'gateway';

export async function startBalancer(ports: readonly number[], keepsBy: 'cookie' | 'nothing'): Promise<Balancer> {
  let requests = 0;
  let turn = 0;
  let held: PromiseWithResolvers<void> | null = null;
  const connections = new Set<Duplex>();

  function choose({ headers }: IncomingMessage): { readonly index: number; readonly isNew: boolean } {
    requests += 1;
    const [, kept] = new RegExp(`${COOKIE}=(\\d+)`).exec(headers.cookie ?? '') ?? [];
    if (keepsBy === 'cookie' && kept !== undefined) return { index: Number(kept), isNew: false };
    turn += 1;
    return { index: turn % ports.length, isNew: keepsBy === 'cookie' };
  }

  const forward = (from: IncomingMessage, index: number) =>
    request({ port: ports[index], host: '127.0.0.1', method: from.method, path: from.url, headers: from.headers });

  const server = createServer((incoming, outgoing) => {
    const { index, isNew } = choose(incoming);
    const forwarded = forward(incoming, index);
    forwarded.on('response', (answer) => {
      const cookie = isNew ? { 'set-cookie': `${COOKIE}=${index}; Path=/` } : {};
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...cookie });
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });

  server.on('upgrade', async (incoming, client: Duplex) => {
    connections.add(client);
    client.on('error', () => client.destroy());
    await held?.promise;
    const forwarded = forward(incoming, choose(incoming).index);
    forwarded.on('upgrade', (answer, gateway, head) => {
      connections.add(gateway);
      gateway.on('error', () => client.destroy());
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      client.write(head);
      gateway.pipe(client).pipe(gateway);
    });
    forwarded.on('response', () => client.destroy());
    forwarded.on('error', () => client.destroy());
    forwarded.end();
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    holdUpgrades: () => {
      held = Promise.withResolvers();
    },
    letUpgrade: () => {
      held?.resolve();
      held = null;
    },
    stop: async () => {
      held?.resolve();
      for (const connection of connections) connection.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
