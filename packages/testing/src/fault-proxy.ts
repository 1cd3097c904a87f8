/**
 * A TCP proxy that takes a server away without stopping it. A client connects to `url` instead of the server's and
 * sees what networks do: connections that end, that hang, that are slow, and answers that are lost after the work is
 * done.
 */
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

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
  const faults = new Faults();
  const server = net.createServer((client) => faults.join(client, () => net.connect(upstreamAt)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  address.host = `127.0.0.1:${port}`;
  return {
    url: isUrl ? address.href : `127.0.0.1:${port}`,
    port,
    pass: () => faults.become('pass'),
    cut: () => faults.become('cut'),
    stall: () => faults.become('stall'),
    loseAnswers: () => faults.become('lose-answers'),
    delay: (milliseconds) => {
      faults.delayMs = milliseconds;
    },
    close: async () => {
      faults.become('cut');
      server.close();
      await once(server, 'close');
    },
  };
}

/** What happens to bytes from now on, on connections old and new. */
class Faults {
  delayMs = 0;
  #mode: 'pass' | 'cut' | 'stall' | 'lose-answers' = 'pass';
  #changed = Promise.withResolvers<void>();
  readonly #sockets = new Set<net.Socket>();

  become(mode: 'pass' | 'cut' | 'stall' | 'lose-answers'): void {
    this.#mode = mode;
    if (mode === 'cut') for (const socket of this.#sockets) socket.destroy();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Connects a client with the server behind it. */
  join(client: net.Socket, connect: () => net.Socket): void {
    if (this.#mode === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect();
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // The end of one side is the end of the other; that is all an error means to a proxy.
      socket.on('error', () => {});
    }
    const endBoth = (): void => {
      client.destroy();
      upstream.destroy();
    };
    this.#copy(client, upstream, false).catch(endBoth);
    this.#copy(upstream, client, true).catch(endBoth);
  }

  /** Chunks wait one after the other, so their order stays. */
  async #copy(from: net.Socket, to: net.Socket, isAnswer: boolean): Promise<void> {
    for await (const chunk of from) {
      if (this.delayMs > 0) await delay(this.delayMs);
      while (this.#mode === 'stall') await this.#changed.promise;
      if (isAnswer && this.#mode === 'lose-answers') continue;
      if (!to.write(chunk)) await once(to, 'drain');
    }
    to.end();
  }
}
