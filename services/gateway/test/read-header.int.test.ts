import { natsUrl } from '@fanfare/testing';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { headerReader } from '../src/edge/read-header.ts';

let connection: NatsConnection;
beforeAll(async () => {
  connection = await connect({ servers: natsUrl() });
});
afterAll(() => connection.close());

const received = async (said: Readonly<Record<string, string>> | null): Promise<Msg> => {
  const subject = `read-header.${Math.random()}`;
  const { promise, resolve, reject } = Promise.withResolvers<Msg>();
  const callback = (error: Error | null, message: Msg): void => (error === null ? resolve(message) : reject(error));
  connection.subscribe(subject, { callback, max: 1 });
  const made = headers();
  for (const [name, value] of Object.entries(said ?? {})) made.set(name, value);
  connection.publish(subject, 'body', said === null ? {} : { headers: made });
  return promise;
};

it('reads what the client reads, without making its map of all headers', async () => {
  const said = { 'Nats-Sequence': '12', traceparent: '00-ab-cd-01', 'Nats-Msg-Id': 'a:0' };
  const message = await received(said);
  const read = headerReader(message);
  for (const [name, value] of Object.entries(said)) expect(read(name)).toBe(value);
  expect(read('Nats-Last-Sequence')).toBe('');
  // The map is made when it is first asked for.
  expect((message as unknown as { readonly _headers?: unknown })._headers).toBeUndefined();
  for (const [name, value] of Object.entries(said)) expect(message.headers?.get(name)).toBe(value);
});

it('finds nothing in a message without headers', async () => {
  expect(headerReader(await received(null))('Nats-Sequence')).toBe('');
});
