/** People of a test: accounts with coins, and raw sockets that keep what they received. */
import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '@fanfare/client';
import { io, type Socket } from 'socket.io-client';
import { ADMINISTRATOR } from '../src/platform/demo-accounts.ts';

export interface Person {
  readonly userId: number;
  readonly token: string;
  readonly client: Client;
}

export interface Received {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly position: { readonly ch: string; readonly off: string };
}

export type Ack =
  | { readonly ok: true; readonly data: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly error: {
        readonly kind: string;
        readonly reason: string;
        readonly message: string;
        readonly retryable: boolean;
        readonly details: Readonly<Record<string, string>>;
        readonly requestId: string;
      };
    };

/** A plain socket.io client, as any app has one: what the contract promises must hold without our SDK. */
export interface RawSocket {
  readonly socket: Socket;
  readonly session: Received['data'];
  readonly received: readonly Received[];
  readonly of: (name: string) => readonly Received[];
  readonly send: (name: string, payload: unknown) => Promise<Ack>;
}

const PASSWORD = 'correct horse battery';

export async function register(url: string): Promise<Person> {
  const client = createClient({ url });
  const username = `u${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const { user, accessToken } = await client.register({
    username,
    email: `${username}@example.com`,
    password: PASSWORD,
  });
  return { userId: user.id, token: accessToken, client };
}

export async function administrator(url: string): Promise<Client> {
  const client = createClient({ url });
  await client.login(ADMINISTRATOR);
  return client;
}

/** Resolves once the session has arrived. @throws the refusal, with the `data` the server sent */
export async function connect(url: string, auth: object): Promise<RawSocket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
  const received: Received[] = [];
  const session = await new Promise<Received['data']>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.onAny((name: string, data: Received['data'], position: Received['position']) => {
      if (name === 'session') resolve(data);
      else received.push({ name, data, position });
    });
  });
  return {
    socket,
    session,
    received,
    of: (name) => received.filter((event) => event.name === name),
    send: (name, payload) => socket.timeout(15_000).emitWithAck(name, payload) as Promise<Ack>,
  };
}

export interface Stage {
  readonly roomId: number;
  readonly host: Person;
  readonly guest: Person;
  readonly hostSocket: RawSocket;
  readonly guestSocket: RawSocket;
  readonly close: () => void;
}

/** A room with its host and a guest in it, both listening; the guest has coins. */
export async function openStage(hostUrl: string, guestUrl: string, admin: Client, coins: string): Promise<Stage> {
  const host = await register(hostUrl);
  const guest = await register(guestUrl);
  await admin.admin.grantAsset(guest.userId, { asset: 'coin', amount: coins, reason: 'test' });
  const { id: roomId } = await host.client.rooms.createRoom({ name: `Room ${randomUUID()}` });
  const hostSocket = await joinRoom(hostUrl, host, roomId);
  const guestSocket = await joinRoom(guestUrl, guest, roomId);
  return {
    roomId,
    host,
    guest,
    hostSocket,
    guestSocket,
    close: () => {
      hostSocket.socket.disconnect();
      guestSocket.socket.disconnect();
    },
  };
}

export async function joinRoom(url: string, person: Person, roomId: number): Promise<RawSocket> {
  const { token } = await person.client.rooms.joinRoom(roomId);
  const raw = await connect(url, { token: person.token, v: 1 });
  const ack = await raw.send('room.join', { token });
  if (!ack.ok) throw new Error(`room.join was refused: ${ack.error.reason}`);
  return raw;
}
