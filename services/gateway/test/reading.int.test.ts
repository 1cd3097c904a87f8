import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@fanfare/testing';
import { startNats } from '@fanfare/testing/servers';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reading, readingOf } from '../src/edge/reading.ts';

let server: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let other: NatsConnection;
let reading: Reading;
const heard: string[] = [];

beforeAll(async () => {
  server = await startNats();
  [connection, other] = await Promise.all([connect({ servers: server.url }), connect({ servers: server.url })]);
  reading = readingOf(connection);
  connection.subscribe('said', { callback: (_, message) => void heard.push(message.string()) });
  other.subscribe('slow', { callback: (_, message) => void setTimeout(() => message.respond('yes'), 20) });
  await Promise.all([connection.flush(), other.flush()]);
});

afterAll(async () => {
  await Promise.all([connection, other].map((each) => each.close()));
  await server.stop();
});

/** Resolves when the server has sent it on to everybody. */
async function say(...words: readonly string[]): Promise<void> {
  for (const word of words) other.publish('said', word);
  await other.flush();
  await delay(50);
}

describe('the bus', () => {
  it('is left unread while it is held, and nothing of it is lost', async () => {
    reading.hold();
    reading.hold();
    await say('a', 'b');
    expect(heard).toEqual([]);
    reading.resume();
    reading.resume();
    await eventually(() => expect(heard).toEqual(['a', 'b']));
    await say('c');
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('is not held while an answer is waited for', async () => {
    const answer = connection.request('slow');
    reading.hold();
    expect((await answer).string()).toBe('yes');
    reading.hold();
    await say('d');
    expect(heard.at(-1)).toBe('c');
    reading.resume();
    await eventually(() => expect(heard.at(-1)).toBe('d'));
  });

  it('is read on for what somebody waits for', async () => {
    reading.hold();
    await reading.urgently(async () => {
      await say('urgent');
      expect(heard.at(-1)).toBe('urgent');
      reading.hold();
      await say('still');
      expect(heard.at(-1)).toBe('still');
    });
    reading.hold();
    await say('late');
    expect(heard.at(-1)).toBe('still');
    reading.resume();
    await eventually(() => expect(heard.at(-1)).toBe('late'));
  });

  it('is not held while a backlog comes', async () => {
    await say('x'.repeat(100_000));
    reading.hold();
    await say('e');
    expect(heard.at(-1)).toBe('e');
    reading.hold();
    await say('f');
    expect(heard.at(-1)).toBe('e');
    reading.resume();
    await eventually(() => expect(heard.at(-1)).toBe('f'));
  });

  it('may end while it is held', async () => {
    const ended = await connect({ servers: server.url });
    const held = readingOf(ended);
    held.hold();
    await ended.close();
    expect(() => held.resume()).not.toThrow();
    expect(() => held.hold()).not.toThrow();
  });
});
