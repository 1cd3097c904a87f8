import { eventually, privateRedis, type RunningServer } from '@fanfare/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PRESENCE_KEY } from '../src/participation/presence.ts';
import { as, newUser, openRoom, startWorld, type World } from './world.ts';

let world: World;
let redis: Redis;
beforeAll(async () => {
  world = await startWorld({ PRESENCE_SWEEP_MS: '100', PRESENCE_GRACE_MS: '1000' });
  redis = new Redis(world.redis.url);
});
afterAll(async () => {
  redis.disconnect();
  await world.stop();
});

const roomOf = async (user: bigint) => (await world.call.getUserRooms({ userId: user }, as(user))).activeRoomId;

async function joined(): Promise<{ readonly roomId: bigint; readonly user: bigint; readonly member: string }> {
  const [room, user] = [await openRoom(world.call), newUser()];
  await world.call.joinRoom({ roomId: room.id }, as(user));
  return { roomId: room.id, user, member: `${room.id}:${user}` };
}

/** What a gateway does for its sockets. */
function keepAlive(members: readonly string[], on = redis): () => void {
  const timer = setInterval(() => {
    const scores = members.flatMap((member) => [Date.now(), member]);
    on.zadd(PRESENCE_KEY, ...scores).catch(() => {}); // the server is taken away on purpose
  }, 50);
  return () => clearInterval(timer);
}

const metric = async (name: string): Promise<string | undefined> => {
  const text = await (await fetch(`http://127.0.0.1:${world.service.opsPort()}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(name) && !line.startsWith('#'))
    ?.split(' ')
    .at(-1);
};

it('who gives no sign of life for the whole grace is out; who does stays', async () => {
  const [silent, alive] = [await joined(), await joined()];
  const stop = keepAlive([alive.member]);
  await eventually(async () => expect(await roomOf(silent.user)).toBeUndefined());
  expect(await roomOf(alive.user)).toBe(alive.roomId);
  const left = (await world.announced(silent.roomId)).find(({ event }) => event === 'participantLeft');
  expect(left?.data).toMatchObject({ userId: `${silent.user}`, cause: 'away' });
  expect(await redis.zscore(PRESENCE_KEY, silent.member)).toBeNull();
  stop();
});

it('who joins again is not away, although presence has not heard of it', async () => {
  const { user, roomId, member } = await joined();
  await world.call.leaveRoom({ roomId }, as(user));
  await world.call.joinRoom({ roomId }, as(user));
  // A sign of life from before is all that presence knows.
  await redis.zadd(PRESENCE_KEY, 1, member);
  await eventually(async () => expect(Number(await redis.zscore(PRESENCE_KEY, member))).toBeGreaterThan(1));
  const told = (await world.announced(roomId)).filter(({ event }) => event === 'participantLeft');
  expect(told.map(({ data }) => data['cause'])).toEqual(['left']);
});

it('a Redis that comes back empty puts nobody out who is still there', async () => {
  const { user, roomId, member } = await joined();
  await redis.flushall();
  await eventually(async () => expect(await redis.zscore(PRESENCE_KEY, member)).not.toBeNull());
  expect(await roomOf(user)).toBe(roomId);
  const stop = keepAlive([member]);
  // As many sweeps as the grace takes, and some more.
  const done = Number(await metric('fanfare_rooms_presence_sweeps_total{outcome="done"'));
  await eventually(async () =>
    expect(Number(await metric('fanfare_rooms_presence_sweeps_total{outcome="done"'))).toBeGreaterThan(done + 12),
  );
  expect(await roomOf(user)).toBe(roomId);
  stop();
});

it('old signs of life after a gap are no silence: the grace begins again', async () => {
  const { user, roomId, member } = await joined();
  const [now = 0] = await redis.time().then((time) => time.map(Number));
  // What a restored old copy of Redis looks like: it last swept and heard of everybody an hour ago.
  const hourAgo = (now - 3600) * 1000;
  await world.database.query(
    `update room_participants set confirmed_at = now() - interval '1 hour' where user_id = $1`,
    [user],
  );
  await redis.hset('presence:rooms:sweep', 'last', hourAgo, 'since', hourAgo);
  await redis.zadd(PRESENCE_KEY, hourAgo, member);
  await eventually(async () =>
    expect(Number(await redis.hget('presence:rooms:sweep', 'since'))).toBeGreaterThan(hourAgo),
  );
  expect(await roomOf(user)).toBe(roomId);
});

it('while Redis is away nobody is put out, the service stays ready and says so in a metric', async () => {
  let server: RunningServer = await privateRedis();
  const { port } = server;
  const away = await world.replica({ REDIS_URL: server.url, PRESENCE_SWEEP_MS: '50', PRESENCE_GRACE_MS: '300' });
  const room = await openRoom(away.call);
  const user = newUser();
  await away.call.joinRoom({ roomId: room.id }, as(user));
  await server.stop();
  const ops = `http://127.0.0.1:${away.service.opsPort()}`;
  const degraded = async () => {
    const line = (await (await fetch(`${ops}/metrics`)).text()).match(/^fanfare_rooms_presence_degraded.* (\d)$/m);
    return line?.[1];
  };
  await eventually(async () => expect(await degraded()).toBe('1'));
  expect((await fetch(`${ops}/readyz`)).status).toBe(200);
  await away.call.joinRoom({ roomId: room.id }, as(newUser()));
  server = await privateRedis({ port });
  await eventually(async () => expect(await degraded()).toBe('0'));
  await away.stop();
  await server.stop();
});
