/** Whole gateways over real NATS and Redis, with test services behind them and real clients in front. */
import type { EventType } from '@fanfare/contracts';
import { RoomStatus } from '@fanfare/contracts/rooms/v1/rooms_service';
import { AppError, newId, silentLogger } from '@fanfare/kit';
import { type Bus, encodeBody, encodeHeaders, ensureStream, openBus } from '@fanfare/messaging';
import { privateNats, redisUrl } from '@fanfare/testing';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { SignJWT } from 'jose';
import { publicFace } from '../src/areas.ts';
import { readConfig } from '../src/config.ts';
import { createGatewayService, type Deps, type Gateway } from '../src/service.ts';
import { producersOf } from '../src/translate/translate.ts';
import { type Peers, startPeers, tokenSigner } from './peers.ts';
import { connectClient, type TestClient } from './test-client.ts';

export type { TestClient } from './test-client.ts';

export const ROOM_SECRET = 'a-room-token-secret-of-the-tests-1';

export interface ClientOptions {
  readonly user?: bigint;
  readonly gateway?: Gateway;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly sid?: string;
}

/** What rooms answers for a room where nothing has happened. */
export const snapshotOf = (roomId: bigint) => ({
  room: {
    id: roomId,
    name: 'A room',
    ownerId: 1n,
    status: RoomStatus.ROOM_STATUS_ACTIVE,
    participantCount: 1,
    maxParticipants: 100,
    roomLevel: 1,
    isFeatured: false,
    createdAt: new Date(0),
  },
  seats: [],
  participants: [],
  messages: [],
});

/** Refuses like the rooms service does whoever is not in the room. */
export const notAParticipant = () => new AppError('failed_precondition', 'NOT_A_PARTICIPANT', 'Not in the room.');

export async function runGateways() {
  const nats = await privateNats();
  const peers = await startPeers();
  const signer = await tokenSigner('one');
  const bus = openBus({ url: nats.url, name: 'test', log: silentLogger });
  await bus.start?.();
  for (const producer of producersOf(publicFace.table)) await ensureStream(bus, producer);
  const gateways: Gateway[] = [];
  const clients: TestClient[] = [];
  peers.handlers.identity.getKeySet = async () => ({ jwks: signer.jwks });
  peers.handlers.rooms.getSnapshot = async ({ roomId }) => snapshotOf(roomId);
  peers.handlers.rooms.leaveRoom = async () => ({});

  async function start(env: Readonly<Record<string, string>> = {}, overrides: Partial<Deps> = {}): Promise<Gateway> {
    const config = readConfig({
      HTTP_PORT: '0',
      OPS_PORT: '0',
      NATS_URL: nats.url,
      REDIS_URL: redisUrl(),
      NODE_NAME: newId(),
      ROOM_TOKEN_SECRETS: ROOM_SECRET,
      RATE_LIMITS: 'off',
      ...peers.addresses,
      ...env,
    });
    const gateway = await createGatewayService(config, { log: silentLogger, ...overrides });
    await gateway.start();
    gateways.push(gateway);
    return gateway;
  }

  async function connect(options: ClientOptions = {}): Promise<TestClient> {
    const { user = 7n, gateway = gateways[0], sid = 'session-1', auth = {} } = options;
    const token = await signer.sign({ sub: String(user), sid });
    const client = await connectClient(gateway?.httpPort() ?? 0, { token, v: 1, ...auth });
    clients.push(client);
    return client;
  }

  return {
    nats,
    bus,
    signer,
    peers: peers.handlers as Peers,
    gateways,
    start,
    connect,
    roomToken,
    ...publishers(bus),
    stop: async () => {
      for (const { socket } of clients) socket.disconnect();
      for (const gateway of gateways) await gateway.stop();
      await bus.stop?.();
      await peers.stop();
      await nats.stop();
    },
  };
}

/** Signs room tokens as the rooms service does. */
export const roomToken = (
  user: bigint,
  room: number,
  since = new Date(),
  expires: string | number = '1h',
): Promise<string> =>
  new SignJWT({ room, perms: [], since: since.getTime() })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('fanfare-rooms')
    .setSubject(String(user))
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(Buffer.from(ROOM_SECRET));

export const publishers = (bus: Bus) => ({
  /** Publishes a domain event as its service's relay does. @returns its event id */
  announce: async <T>(
    type: EventType<T>,
    message: T,
    more: { id?: string; time?: Date; traceparent?: string } = {},
  ): Promise<string> => {
    const { id = newId(), time = new Date(), traceparent } = more;
    const made = headers();
    const common = { id, subject: type.subject, entityId: '1', entityVersion: 1n, time, correlationId: id };
    const attributes = traceparent === undefined ? common : { ...common, traceparent };
    for (const [name, value] of Object.entries(encodeHeaders(attributes))) made.set(name, value);
    await jetstream(bus.connection).publish(type.subject, encodeBody(type, message), { msgID: id, headers: made });
    return id;
  },
  /** Publishes on an edge channel, past the translator. @returns its sequence */
  emit: async (channel: string, name: string, data: unknown, more: object = {}): Promise<number> => {
    const body = JSON.stringify({ name, data, class: 'reliable', ...more });
    const { seq } = await jetstream(bus.connection).publish(`edge.in.${channel}`, body, { msgID: newId() });
    return seq;
  },
});

export type RunningGateways = Awaited<ReturnType<typeof runGateways>>;
