/**
 * A proxy in front of a NATS server that loses messages of some subjects on their way to the client, which a network
 * between the servers of a cluster can do and a test otherwise cannot.
 */
import { once } from 'node:events';
import net from 'node:net';

export interface LossyNats {
  readonly url: string;
  /** From now on messages whose subject begins with this are lost; null loses none. */
  readonly lose: (prefix: string | null) => void;
  /** How many messages of which the beginning (subject, reply subject, headers) matches have come to the client. */
  readonly delivered: (pattern: RegExp) => number;
  readonly stop: () => Promise<void>;
}

const HEAD_BYTES = 400;

export async function lossyNats(url: string): Promise<LossyNats> {
  const target = new URL(url);
  const sockets = new Set<net.Socket>();
  const heads: string[] = [];
  let losing: string | null = null;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    let unread: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    upstream.on('data', (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      for (let size = operationSize(unread); size > 0; size = operationSize(unread)) {
        const operation = unread.subarray(0, size);
        unread = unread.subarray(size);
        const [, subject = ''] = operation.toString('latin1', 0, 200).split(' ');
        if (losing !== null && subject.startsWith(losing)) continue;
        heads.push(operation.toString('latin1', 0, HEAD_BYTES));
        client.write(operation);
      }
    });
    client.on('data', (chunk) => upstream.write(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('close', () => other.destroy());
      // The end of one side is the end of the other; that is all an error means here.
      one.on('error', () => {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    lose: (prefix) => {
      losing = prefix;
    },
    delivered: (pattern) => heads.filter((head) => pattern.test(head)).length,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Bytes of the first operation of the server's protocol; 0 while it is not complete. */
function operationSize(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n');
  if (end < 0) return 0;
  const words = bytes.toString('latin1', 0, end).split(' ');
  const carriesPayload = words[0] === 'MSG' || words[0] === 'HMSG';
  const size = carriesPayload ? end + 2 + Number(words.at(-1)) + 2 : end + 2;
  return bytes.length >= size ? size : 0;
}
