/** A Socket.IO client by hand, on a TCP socket: thousands of them cost their process little more than the bytes. */
import net from 'node:net';
import { FrameReader, maskedFrame } from './frame-reader.ts';
import { nowUs, stampAt } from './gift-message.ts';

export interface RawClientOptions {
  readonly port: number;
  /** Of the loopback net: each has 28,000 ports of its own. */
  readonly localAddress: string;
  readonly auth: unknown;
  /** With what the text begins after which the client is in. */
  readonly readyAt: string;
}

/** What many clients note together. */
export interface Samples {
  readonly numbers: number[];
  /** Microseconds from publishing to reading. */
  readonly delays: number[];
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const HEAD_END = '\r\n\r\n';
const PING = '2';
const PONG = maskedFrame('3');
const DISCONNECT = maskedFrame('41');
const READY_MOST_MS = 30_000;

/** Read into and looked through at once, by one socket after the other. */
const shared = Buffer.allocUnsafe(256 * 1024);

export class RawClient {
  /** Gifts since the last `mark`. */
  received = 0;
  /** Gifts whose number did not follow the one before. */
  disordered = 0;
  /** The code of `closing`, or 0. */
  closedWith = 0;
  hasEnded = false;
  /** Where it notes what it reads, if anywhere. */
  samples: Samples | null = null;
  readonly #socket: net.Socket;
  readonly #reader: FrameReader;
  readonly #options: RawClientOptions;
  readonly #ready = Promise.withResolvers<string>();
  #head = '';
  #isUpgraded = false;
  #lastNumber = -1;
  #lastAsked = 0;
  #asked: Map<string, (answer: unknown) => void> | null = null;
  #awaited: { readonly count: number; readonly resolve: () => void } | null = null;

  constructor(options: RawClientOptions) {
    const { port, localAddress } = options;
    this.#options = options;
    this.#reader = new FrameReader({
      gift: (bytes, stampStart) => this.#gift(bytes, stampStart),
      text: (payload) => this.#text(payload),
      closed: () => this.#socket.destroy(),
    });
    this.#socket = net.connect({
      port,
      host: '127.0.0.1',
      localAddress,
      onread: { buffer: shared, callback: (size, buffer) => this.#read(buffer.subarray(0, size) as Buffer) },
    });
    this.#socket.setNoDelay(true);
    this.#socket.once('connect', () => this.#socket.write(upgradeRequest(port)));
    this.#socket.once('error', (error) => this.#ready.reject(error));
    this.#socket.once('close', () => {
      this.hasEnded = true;
      this.#ready.reject(new Error('the connection ended before it was ready'));
    });
  }

  /** Resolves to the text that let it in. @throws when it is refused */
  async ready(): Promise<string> {
    const timer = setTimeout(() => this.#ready.reject(new Error('was not let in')), READY_MOST_MS);
    return this.#ready.promise.finally(() => clearTimeout(timer));
  }

  /** Resolves to the first argument of the ack. */
  ask(event: string, payload: unknown): Promise<unknown> {
    const id = String(this.#lastAsked++);
    this.#asked ??= new Map();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#asked.set(id, resolve);
    this.#socket.write(maskedFrame(`42${id}${JSON.stringify([event, payload])}`));
    return promise;
  }

  /** Resolves when so many gifts have come since the last mark. */
  async until(count: number): Promise<void> {
    if (this.received >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count, resolve };
    await promise;
  }

  mark(): void {
    this.received = 0;
    this.disordered = 0;
  }

  /** Reads nothing any more. */
  stall(): void {
    this.#socket.pause();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** As a client that goes by itself. */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('close', () => resolve());
    this.#socket.end(DISCONNECT);
    await promise;
  }

  #read(chunk: Buffer): boolean {
    if (this.#isUpgraded) {
      this.#reader.read(chunk);
      return true;
    }
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) return true;
    if (!this.#head.startsWith('HTTP/1.1 101 ')) {
      this.#ready.reject(new Error(`no websocket: ${this.#head.slice(0, 200)}`));
      return true;
    }
    this.#isUpgraded = true;
    const after = Buffer.from(this.#head.slice(end + HEAD_END.length), 'latin1');
    this.#head = '';
    if (after.byteLength > 0) this.#reader.read(after);
    return true;
  }

  #gift(bytes: Buffer, stampStart: number): void {
    this.received += 1;
    const { n, at } = stampAt(bytes, stampStart);
    if (this.#lastNumber >= 0 && n !== this.#lastNumber + 1) this.disordered += 1;
    this.#lastNumber = n;
    if (this.samples !== null) {
      this.samples.numbers.push(n);
      this.samples.delays.push(nowUs() - at);
    }
    if (this.#awaited !== null && this.received >= this.#awaited.count) {
      this.#awaited.resolve();
      this.#awaited = null;
    }
  }

  #text(payload: string): void {
    if (payload === PING) this.#socket.write(PONG);
    else if (payload.startsWith('0')) this.#socket.write(maskedFrame(`40${JSON.stringify(this.#options.auth)}`));
    else if (payload.startsWith('44')) this.#ready.reject(new Error(`refused: ${payload}`));
    else if (payload.startsWith('43')) this.#acknowledged(payload);
    else if (payload.startsWith('42["closing"')) this.closedWith = JSON.parse(payload.slice(2))[1].code;
    if (payload.startsWith(this.#options.readyAt)) this.#ready.resolve(payload);
  }

  #acknowledged(payload: string): void {
    const [, id = '', answer = '[]'] = /^43(\d+)(.*)$/s.exec(payload) ?? [];
    this.#asked?.get(id)?.(JSON.parse(answer)[0]);
    this.#asked?.delete(id);
  }
}

/** With the headers of a browser: a server that keeps the request keeps them too. */
const upgradeRequest = (port: number): string =>
  [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Pragma: no-cache',
    'Cache-Control: no-cache',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Upgrade: websocket',
    'Origin: http://localhost:3000',
    'Sec-WebSocket-Version: 13',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-GB,en;q=0.9',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
    HEAD_END,
  ]
    .join('\r\n')
    .slice(0, -2);
