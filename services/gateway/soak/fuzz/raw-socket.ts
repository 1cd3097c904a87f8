/** A websocket over a bare TCP connection, on which anything can be written. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { messageFrame, OPCODE, type ServerFrame, takeFrames } from './websocket-bytes.ts';

export interface RawSocket {
  readonly write: (bytes: Buffer) => void;
  readonly say: (message: string | Buffer) => void;
  /** Resolves when all that was written has been taken, or it has ended. */
  readonly drained: () => Promise<void>;
  /** Resolves to why it ended: `1002`, `1009`, or `cut` without a close frame. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  /** Reads no more: whatever is sent to it from now on piles up. */
  readonly pause: () => void;
  readonly destroy: () => void;
}

const WEBSOCKET_PATH = '/socket.io/?EIO=4&transport=websocket';

export const upgradeRequest = (path = WEBSOCKET_PATH): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');

export async function openTcp(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  // What ends a connection is told by 'close'; a reset is one of the ways to refuse.
  socket.on('error', () => {});
  return socket;
}

/**
 * Resolves after the upgrade. `onText` gets the server's text messages and may answer by what it returns.
 * @throws when the server does not agree to the upgrade
 */
export async function openRaw(port: number, onText: (text: string) => string | undefined): Promise<RawSocket> {
  const socket = await openTcp(port);
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  let closeCode = 'cut';
  const write = (bytes: Buffer): void => void (socket.writable && socket.write(bytes));

  function arrived({ opcode, payload }: ServerFrame): void {
    if (opcode === OPCODE.text) {
      const reply = onText(payload.toString());
      if (reply !== undefined) write(messageFrame(reply));
    }
    if (opcode !== OPCODE.close) return;
    closeCode = payload.length < 2 ? '1005' : String(payload.readUInt16BE(0));
    socket.end();
  }

  socket.on('end', () => socket.end());
  socket.on('close', () => end(closeCode));
  socket.write(upgradeRequest());
  let waiting = Buffer.alloc(0);
  function read(chunk: Buffer): void {
    const { frames, rest } = takeFrames(waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]));
    waiting = Buffer.from(rest);
    for (const frame of frames) arrived(frame);
  }
  read(await answerHead(socket));
  socket.on('data', read);
  return {
    write,
    say: (message) => write(messageFrame(message)),
    drained: async () => {
      if (socket.writableLength === 0 || socket.destroyed) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once('drain', resolve);
      await Promise.race([promise, ended]);
      socket.off('drain', resolve);
    },
    ended,
    hasEnded: () => socket.destroyed || socket.readableEnded,
    pause: () => void socket.pause(),
    destroy: () => void socket.destroy(),
  };
}

/** Reads up to the end of the headers. @returns what came after them */
async function answerHead(socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0 && head.toString('latin1', 0, 12).endsWith('101')) return head.subarray(end + 4);
    if (end >= 0 || socket.destroyed || socket.readableEnded) {
      socket.destroy();
      throw new Error(`no upgrade: ${head.toString('latin1', 0, 40)}`);
    }
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
}
