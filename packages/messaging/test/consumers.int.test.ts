import { AppError } from '@fanfare/kit';
import { eventually, faultProxy } from '@fanfare/testing';
import { headers } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  announce,
  announcement,
  type Batch,
  type Bus,
  causedBy,
  defineConsumer,
  encodeHeaders,
  ensureStream,
  isEvent,
  type Relay,
  replay,
  replayDeadLetter,
  resetInbox,
} from '../src/index.ts';
import { type Moved, move, moved, openPlatform, type Platform, removed, SERVICE, STREAM } from './platform.ts';
import { storedEvents, upTo, versionsOf } from './stored.ts';

let platform: Platform;
let bus: Bus;
let relay: Relay;
beforeEach(async () => {
  platform = await openPlatform();
  bus = await platform.bus();
  relay = await platform.relay();
  await platform.database.query('create table effects (n serial, entity text, version int, batch int)');
});
afterEach(() => platform.close());

/** The effect that is counted: one row for every event that a handler was given. */
async function record({ tx, events }: Batch<Moved>): Promise<void> {
  for (const { message } of events) {
    await tx.query('insert into effects (entity, version, batch) values ($1, $2, $3)', [
      message.entity,
      message.version,
      events.length,
    ]);
  }
}

const recorder = defineConsumer({ durable: 'depot-item', event: moved, handleBatch: record });

async function effects(): Promise<Record<string, number[]>> {
  const { rows } = await platform.database.query<Moved>('select entity, version from effects order by n');
  return versionsOf(rows);
}

async function announceMoves(entity: string, from: number, count: number): Promise<void> {
  await move(platform.database, entity, from, count);
  relay.wake();
}

async function deadLetters(): Promise<
  { id: string; event_id: string; error: string; attempts: number; resolved_at: Date | null }[]
> {
  const sql = 'select id, event_id, error, attempts, resolved_at from platform.dead_letters order by id';
  return (
    await platform.database.query<{
      id: string;
      event_id: string;
      error: string;
      attempts: number;
      resolved_at: Date | null;
    }>(sql)
  ).rows;
}

it('handles every event once and in order, in batches when there are many', async () => {
  await announceMoves('a', 1, 1000);
  await platform.consume([recorder]);
  await eventually(async () => expect(await effects()).toEqual({ a: upTo(1000) }));
  const { rows } = await platform.database.query<{ largest: number }>('select max(batch) as largest from effects');
  expect(rows[0]?.largest).toBeGreaterThan(1);
});

it('changes a consumer once by an event that is delivered five times', async () => {
  await platform.consume([recorder]);
  await eventually(async () => (await bus.manager()).streams.info(STREAM));
  const event = announcement(moved, { entity: 'a', version: 1 }, { entityId: 'a', entityVersion: 1n });
  for (let delivery = 1; delivery <= 5; delivery += 1) {
    const made = headers();
    for (const [name, value] of Object.entries(encodeHeaders(event))) made.set(name, value);
    // The relay may just be bringing its stream up to date; the stream drops what it has twice under one id.
    const options = { headers: made, msgID: `delivery ${delivery}` };
    await eventually(() => bus.jetstream().publish(event.subject, event.body, options));
  }
  await eventually(async () => {
    const info = await (await bus.manager()).consumers.info(STREAM, 'depot-item');
    expect(info.ack_floor.stream_seq).toBe(5);
  });
  expect(await effects()).toEqual({ a: [1] });
});

it('waits for a stream that does not exist yet', async () => {
  await eventually(() => expect(relay.leading()).toBe(true));
  await relay.stop?.();
  await (await bus.manager()).streams.delete(STREAM);
  await platform.consume([recorder]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await ensureStream(bus, SERVICE);
  relay = await platform.relay();
  await announceMoves('a', 1, 3);
  await eventually(async () => expect(await effects()).toEqual({ a: [1, 2, 3] }));
});

it('gives a failing event up after its tries, handles the others, and handles it when it is replayed', async () => {
  let broken = true;
  const consumer = defineConsumer({
    durable: 'depot-item',
    event: moved,
    handleBatch: async (batch) => {
      if (broken && batch.events.some(({ message }) => message.version === 3)) throw new Error('three is too much');
      await record(batch);
    },
  });
  await platform.consume([consumer]);
  await announceMoves('a', 1, 5);
  await eventually(async () => expect(await effects()).toEqual({ a: [1, 2, 4, 5] }), 15_000);
  const [letter] = await deadLetters();
  expect(letter).toMatchObject({ error: expect.stringContaining('three is too much'), attempts: 7, resolved_at: null });
  broken = false;
  expect(await replayDeadLetter(platform.database, consumer, BigInt(letter?.id ?? 0))).toBe(true);
  expect(await replayDeadLetter(platform.database, consumer, BigInt(letter?.id ?? 0))).toBe(false);
  expect(await effects()).toEqual({ a: [1, 2, 4, 5, 3] });
  expect((await deadLetters())[0]?.resolved_at).toBeInstanceOf(Date);
});

it('buries at once what is no event', async () => {
  await platform.consume([recorder]);
  await eventually(async () => (await bus.manager()).streams.info(STREAM));
  await bus.jetstream().publish(moved.subject, 'not json', { msgID: 'stray' });
  await eventually(async () =>
    expect(await deadLetters()).toMatchObject([
      { event_id: 'stray', attempts: 1, error: expect.stringContaining('ce-time') },
    ]),
  );
  await relay.stop?.();
  relay = await platform.relay();
  await announceMoves('a', 1, 1);
  await eventually(async () => expect(await effects()).toEqual({ a: [1] }));
});

it('waits out a dependency that is not available, and gives nothing up', async () => {
  let attempts = 0;
  const consumer = defineConsumer({
    durable: 'depot-item',
    event: moved,
    handleBatch: async (batch) => {
      attempts += 1;
      if (attempts <= 3) throw new AppError('unavailable', 'UNAVAILABLE', 'not now');
      await record(batch);
    },
  });
  await platform.consume([consumer]);
  await announceMoves('a', 1, 1);
  await eventually(async () => expect(await effects()).toEqual({ a: [1] }));
  expect(await deadLetters()).toEqual([]);
});

it('survives the loss of its connections to NATS and to PostgreSQL', async () => {
  const proxy = await faultProxy(platform.nats.url);
  await platform.consume([recorder], { bus: await platform.bus(proxy.url) });
  await announceMoves('a', 1, 200);
  await eventually(async () => expect((await effects())['a']?.length).toBeGreaterThan(0));
  proxy.cut();
  await announceMoves('a', 201, 200);
  proxy.pass();
  await platform.database.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await announceMoves('a', 401, 200);
  await eventually(async () => expect((await effects())['a']?.toSorted((x, y) => x - y)).toEqual(upTo(600)), 15_000);
  await proxy.close();
});

it('is in the same state after the stream was wiped and completed', async () => {
  await platform.consume([recorder]);
  await announceMoves('a', 1, 300);
  await eventually(async () => expect(await effects()).toEqual({ a: upTo(300) }));
  await (await bus.manager()).streams.delete(STREAM);
  await announceMoves('a', 301, 10);
  await eventually(async () => expect((await storedEvents(bus)).length).toBe(310));
  await eventually(async () => expect(await effects()).toEqual({ a: upTo(310) }));
});

it('takes replayed events in only while it is rebuilt', async () => {
  const first = await platform.consume([recorder]);
  await announceMoves('a', 1, 20);
  await eventually(async () => expect(await effects()).toEqual({ a: upTo(20) }));
  await eventually(async () => {
    const { rows } = await platform.database.query('select 1 from platform.outbox_sent');
    expect(rows).toHaveLength(20);
  });
  await platform.database.transaction(async (tx) => {
    await resetInbox(tx, 'depot-item');
    await tx.query('truncate effects');
  });
  await replay(platform.database, { subjectPrefix: moved.subject });
  relay.wake();
  await eventually(async () => {
    const info = await (await bus.manager()).consumers.info(STREAM, 'depot-item');
    expect(info.ack_floor.stream_seq).toBe(40);
  });
  expect(await effects()).toEqual({});
  await first.stop?.();
  await platform.consume([
    defineConsumer({ durable: 'depot-item', event: moved, includeReplayed: true, handleBatch: record }),
  ]);
  await replay(platform.database, {});
  relay.wake();
  await eventually(async () => expect(await effects()).toEqual({ a: upTo(20) }));
});

it('keeps the verbs of an entity in one order and ignores those it did not ask for', async () => {
  const seen: string[] = [];
  await platform.consume([
    defineConsumer({
      durable: 'depot-item',
      events: [moved, removed],
      handleBatch: async ({ events }) => {
        for (const event of events) seen.push(isEvent(removed, event) ? 'removed' : 'moved');
      },
    }),
    { ...recorder, durable: 'moves-item' },
  ]);
  const about = (version: number) => ({ entityId: 'a', entityVersion: BigInt(version) });
  await announce(platform.database, [
    announcement(moved, { entity: 'a', version: 1 }, about(1)),
    announcement(removed, { entity: 'a', version: 2 }, about(2)),
    announcement(moved, { entity: 'a', version: 3 }, about(3)),
  ]);
  relay.wake();
  await eventually(() => expect(seen).toEqual(['moved', 'removed', 'moved']));
  await eventually(async () => expect(await effects()).toEqual({ a: [1, 3] }));
});

it('announces in the same transaction, with the cause, and wakes the relay', async () => {
  const echo = defineConsumer({
    durable: 'echo-item',
    event: moved,
    handleBatch: ({ tx, events }) =>
      announce(
        tx,
        events.map(({ message, envelope }) =>
          announcement(removed, message, {
            ...causedBy(envelope),
            entityId: 'echo',
            entityVersion: BigInt(message.version),
          }),
        ),
      ),
  });
  const causes: string[] = [];
  const listener = defineConsumer({
    durable: 'listener-item',
    event: removed,
    handleBatch: async ({ events }) => {
      causes.push(...events.map((event) => event.envelope.correlationId));
    },
  });
  await platform.consume([echo, listener], { afterCommit: relay.wake });
  const first = announcement(
    moved,
    { entity: 'a', version: 1 },
    { entityId: 'a', entityVersion: 1n, correlationId: 'the cause' },
  );
  await announce(platform.database, first);
  relay.wake();
  await eventually(() => expect(causes).toEqual(['the cause']));
});

it('shares a durable between replicas without doing anything twice', async () => {
  for (let replica = 0; replica < 3; replica += 1) await platform.consume([recorder]);
  await announceMoves('a', 1, 1000);
  await eventually(async () => expect((await effects())['a']?.toSorted((x, y) => x - y)).toEqual(upTo(1000)));
});
