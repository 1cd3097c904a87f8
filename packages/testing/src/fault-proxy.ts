/**
 * A TCP proxy that takes a server away without stopping it. A client connects to `url` instead of the server's and
 * sees what networks do: connections that end, that hang, that are slow, and answers that are lost after the work is
 * done.
 */
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to bytes from now on, on connections old and new. */
type Mode = 'pass' | 'cut' | 'stall' | 'lose-answers';

export interface FaultProxy {
  /** The target's address with the proxy's host and port in it. */
  readonly url: string;
  readonly port: number;
  /** Everything passes again; what was held by `stall` is delivered. Lost answers stay lost. */
  readonly pass: () => void;
  /** Ends every connection and refuses new ones. */
  readonly cut: () => void;
  /** Accepts connections and holds every byte, both ways: a frozen server or a network that swallows packets. */
  readonly stall: () => void;
  /** Requests pass, answers are dropped: a client cannot know whether its commit happened. */
  readonly loseAnswers: () => void;
  /** Holds every chunk this long, both ways; 0 ends it. */
  readonly delay: (milliseconds: number) => void;
  readonly close: () => Promise<void>;
}

/** Starts a proxy in front of `target`, a URL (`postgresql://...`) or `host:port`. */
export async function faultProxy(target: string): Promise<FaultProxy> {
  const isUrl = target.includes('://');
  const address = new URL(isUrl ? target : `tcp://${target}`);
  const upstreamAt = { port: Number(address.port), host: address.hostname };
  const sockets = new Set<net.Socket>();
  let mode: Mode = 'pass';
  let delayMs = 0;
  let wake = (): void => {};
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });

  const become = (next: Mode): void => {
    mode = next;
    if (mode === 'cut') for (const socket of sockets) socket.destroy();
    wake();
    changed = new Promise((resolve) => {
      wake = resolve;
    });
  };

  /** Resolves when bytes may pass. Chunks wait one after the other, so their order stays. */
  const mayPass = async (): Promise<void> => {
    if (delayMs > 0) await delay(delayMs);
    while (mode === 'stall') await changed;
  };

  const copy = async (from: net.Socket, to: net.Socket, isAnswer: boolean): Promise<void> => {
    for await (const chunk of from) {
      await mayPass();
      if (isAnswer && mode === 'lose-answers') continue;
      if (!to.write(chunk)) await once(to, 'drain');
    }
    to.end();
  };

  const server = net.createServer((client) => {
    if (mode === 'cut') {
      client.destroy();
      return;
    }
    const upstream = net.connect(upstreamAt);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // The end of one side is the end of the other; that is all an error means to a proxy.
      socket.on('error', () => {});
    }
    const endBoth = (): void => {
      client.destroy();
      upstream.destroy();
    };
    copy(client, upstream, false).catch(endBoth);
    copy(upstream, client, true).catch(endBoth);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  address.host = `127.0.0.1:${port}`;

  return {
    url: isUrl ? address.href : `127.0.0.1:${port}`,
    port,
    pass: () => become('pass'),
    cut: () => become('cut'),
    stall: () => become('stall'),
    loseAnswers: () => become('lose-answers'),
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    close: async () => {
      become('cut');
      server.close();
      await once(server, 'close');
    },
  };
}
