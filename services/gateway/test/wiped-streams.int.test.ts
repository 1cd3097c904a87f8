import { setTimeout as delay } from 'node:timers/promises';
import { events } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import { encodeBody, encodeHeaders, ensureStream, REPLAYED_HEADER } from '@fanfare/messaging';
import { eventually } from '@fanfare/testing';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunningGateways, runGateways, type TestClient } from './running-gateways.ts';

const CONSUMER_ENDS_MS = 1000;

let run: RunningGateways;
let client: TestClient;

beforeEach(async () => {
  run = await runGateways();
  await run.start();
  client = await run.connect();
  const { ok } = await client.ask('room.join', { token: await run.roomToken(7n, 42) });
  expect(ok).toBe(true);
});
afterEach(() => run.stop());

const chat = (id: string) => ({ id, roomId: 42n, userId: 8n, text: 'hi', sentAt: new Date() });
const shown = (): string[] => client.named('chat.message').map(({ data }) => data.id);

it('shows nothing again of a stream that was wiped and is completed by its producer, and goes on with what is new', async () => {
  const sent = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => ({ name, id: await run.announce(events.chatPosted, chat(name)) })),
  );
  await eventually(() => expect(shown()).toHaveLength(3));
  const before = shown();
  await (await run.bus.manager()).streams.delete('EVT_ROOMS');
  // The translator's consumer ends first: a server of 2.9 may answer no more when a stream is made while that goes on.
  await delay(CONSUMER_ENDS_MS);
  await ensureStream(run.bus, 'rooms');
  // As the relay does: what the stream has lost, under its old message ids.
  for (const { name, id } of sent) await run.announce(events.chatPosted, chat(name), { id });
  await run.announce(events.chatPosted, chat('new'));
  await eventually(() => expect(shown()).toEqual([...before, 'new']), 15_000);
});

it('shows nothing of a replay, also when it never showed the event before', async () => {
  const id = newId();
  const made = headers();
  const attributes = { subject: events.chatPosted.subject, entityId: '42', entityVersion: 1n, correlationId: id };
  for (const [name, value] of Object.entries(encodeHeaders({ id, time: new Date(), ...attributes }))) {
    made.set(name, value);
  }
  made.set(REPLAYED_HEADER, 'true');
  const body = encodeBody(events.chatPosted, chat('replayed'));
  await jetstream(run.bus.connection).publish(attributes.subject, body, { msgID: `${id}~again`, headers: made });
  await run.announce(events.chatPosted, chat('new'));
  await eventually(() => expect(shown()).toEqual(['new']));
});
