import { eventually } from '@fanfare/testing';
import { headers } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineConsumer } from '../src/index.ts';
import { move, moved, openPlatform, type Platform } from './platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

it('buries what has zero bytes anywhere, and goes on', async () => {
  const handled: string[] = [];
  await platform.consume([
    defineConsumer({
      durable: 'depot-item',
      event: moved,
      handleBatch: async ({ events }) => {
        if (events.some(({ message }) => message.entity === 'b')) throw new Error('refused \u0000 this');
        handled.push(...events.map(({ message }) => message.entity));
      },
    }),
  ]);
  const relay = await platform.relay();
  await eventually(() => expect(relay.leading()).toBe(true));
  await relay.stop?.();
  const bus = await platform.bus();
  const made = headers();
  made.set('correlation-id', 'c\u0000d');
  await bus.jetstream().publish(moved.subject, 'no\u0000json', { headers: made, msgID: 'zero\u0000byte' });
  await move(platform.database, 'b', 1);
  await move(platform.database, 'a', 1);
  await platform.relay();
  await eventually(() => expect(handled).toEqual(['a']), 15_000);
  const { rows } = await platform.database.query<{ event_id: string; error: string; cause: string }>(
    `select event_id, split_part(error, e'\\n', 1) as error, headers->>'correlation-id' as cause
       from platform.dead_letters order by id`,
  );
  expect(rows).toMatchObject([
    { event_id: 'zero\uFFFDbyte', error: 'MalformedEvent: header ce-time is missing', cause: 'c\uFFFDd' },
    { error: 'Error: refused \uFFFD this' },
  ]);
});
