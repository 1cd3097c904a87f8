import { events } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { award } from './ledger-events.ts';
import { type RunningGateways, runGateways, type TestClient } from './running-gateways.ts';

let run: RunningGateways;

beforeEach(async () => {
  run = await runGateways();
});
afterEach(() => run.stop());

const chat = (id: string) => ({ id, roomId: 42n, userId: 8n, text: 'hi', sentAt: new Date() });

async function enter(client: TestClient, user = 7n): Promise<void> {
  const { ok } = await client.ask('room.join', { token: await run.roomToken(user, 42) });
  expect(ok).toBe(true);
}

const idsOf = (client: TestClient): string[] => client.named('chat.message').map(({ data }) => data.id);
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

describe('translation', () => {
  it('shows every event once and in order while gateways come and go', async () => {
    await run.start();
    const stable = await run.start();
    const client = await run.connect({ gateway: stable });
    await enter(client);
    for (const [index, id] of ids(300).entries()) {
      await run.announce(events.chatPosted, chat(id));
      // The first gateway has had time to take every lease.
      if (index === 100) await run.gateways[0]?.stop();
      if (index === 200) await run.start();
    }
    await eventually(() => expect(idsOf(client)).toEqual(ids(300)));
  });

  it('goes on from the cursor after all gateways were away', async () => {
    const first = await run.start();
    const one = await run.connect();
    await enter(one);
    await run.announce(events.chatPosted, chat('before'));
    await eventually(() => expect(idsOf(one)).toEqual(['before']));
    const off = one.shown.at(-1)?.at?.off;
    const since = new Date();
    await first.stop();
    await run.announce(events.chatPosted, chat('meanwhile'));
    const second = await run.start();
    const two = await run.connect({ gateway: second });
    const answer = await two.ask('room.join', { token: await run.roomToken(7n, 42, since), off });
    expect(answer.data.recovered).toBe(true);
    await eventually(() => expect(idsOf(two)).toEqual(['meanwhile']));
  });

  it('notes how far it is, for whoever goes on', async () => {
    await run.start();
    for (const id of ids(5)) await run.announce(events.chatPosted, chat(id));
    const cursors = await new Kvm(jetstream(run.bus.connection)).create('gateway_cursors', { history: 1 });
    await eventually(async () => expect((await cursors.get('EVT_ROOMS'))?.json()).toMatchObject({ seq: 5 }));
    await run.announce(events.chatPosted, chat('next'));
    await eventually(async () => expect((await cursors.get('EVT_ROOMS'))?.json()).toMatchObject({ seq: 6 }));
  });

  it('begins with what is recent when the cursor’s own event is gone', async () => {
    const manager = await jetstreamManager(run.bus.connection);
    const cursors = await new Kvm(jetstream(run.bus.connection)).create('gateway_cursors', { history: 1 });
    await cursors.put('EVT_ROOMS', JSON.stringify({ seq: 1000, id: 'of a stream that was replaced' }));
    await run.announce(events.chatPosted, chat('recent'));
    await run.start();
    await eventually(async () => {
      const stored = await manager.streams.getMessage('EDGE', { last_by_subj: 'edge.in.room.42' });
      expect(stored?.json()).toMatchObject({ name: 'chat.message', data: { id: 'recent' } });
    });
  });

  it('shows nothing older than its history, and is not stopped by an event that nobody can read', async () => {
    await run.start();
    const client = await run.connect();
    await enter(client);
    await run.announce(events.chatPosted, chat('old'), { time: new Date(Date.now() - 700_000) });
    await jetstream(run.bus.connection).publish(events.chatPosted.subject, 'no json');
    await run.announce(events.chatPosted, chat('new'));
    await eventually(() => expect(idsOf(client)).toEqual(['new']));
  });

  it('tells points and all three balances to every socket of the users of a journal, and to nobody else', async () => {
    const [first, second] = [await run.start(), await run.start()];
    const mine = [await run.connect({ gateway: first }), await run.connect({ gateway: second })];
    const other = await run.connect({ user: 9n });
    const posted = award(7n, 10n, 'video_viewed', 110n, 'Viewed a video');
    await run.announce(events.journalPosted, { ...posted, postedAt: new Date() });
    for (const client of mine) {
      await eventually(() => {
        expect(client.named('balance.updated').map(({ data }) => data)).toEqual([
          { coins: '0.07', diamonds: '0.00', points: '1.10' },
        ]);
      });
      expect(client.named('notification').map(({ data }) => data)).toMatchObject([
        { type: 'points_earned', recipientIds: [7], data: { action: 'video_viewed', points: 0.1, newBalance: 1.1 } },
      ]);
    }
    expect([...other.named('balance.updated'), ...other.named('notification')]).toEqual([]);
  });
});

/** A session id as identity makes them, of a time that a test chooses. */
function idMadeAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`;
}

describe('a session that has ended', () => {
  const closed = async (client: TestClient) => {
    const reason = new Promise((resolve) => client.socket.once('disconnect', resolve));
    expect(await reason).toBe('io server disconnect');
    return client.named('closing')[0]?.data;
  };

  it('by a ban is closed on every gateway, and the token opens no other', async () => {
    const [first, second] = [await run.start(), await run.start()];
    const clients = [await run.connect({ gateway: first }), await run.connect({ gateway: second, sid: 'session-2' })];
    const other = await run.connect({ user: 8n });
    const ends = clients.map(closed);
    await run.announce(events.userBanned, {
      userId: 7n,
      byUserId: 1n,
      reason: 'r',
      bannedAt: new Date(Date.now() + 1000),
    });
    for (const end of ends) expect(await end).toEqual({ code: 4503, reason: 'USER_BANNED', retryAfterMs: null });
    expect((await run.connect({ gateway: second })).shown).toEqual([]);
    expect(other.socket.connected).toBe(true);
    // A gateway that starts later knows it too.
    expect((await run.connect({ gateway: await run.start() })).shown).toEqual([]);
  });

  it('by a ban is not one that began after it, within the same second', async () => {
    await run.start();
    // A token's own time is the second's beginning, which is before the ban.
    const second = Math.floor(Date.now() / 1000) * 1000;
    const sid = (ms: number) => idMadeAt(second + ms);
    const end = closed(await run.connect({ user: 9n, sid: sid(0) }));
    await run.announce(events.userBanned, { userId: 9n, byUserId: 1n, reason: 'r', bannedAt: new Date(second + 998) });
    expect(await end).toMatchObject({ reason: 'USER_BANNED' });
    expect((await run.connect({ user: 9n, sid: sid(997) })).shown).toEqual([]);
    expect((await run.connect({ user: 9n, sid: sid(999) })).shown[0]?.name).toBe('session');
  });

  it('by a logout is closed, and the user’s other sessions go on', async () => {
    await run.start();
    const ending = await run.connect();
    const staying = await run.connect({ sid: 'session-2' });
    const end = closed(ending);
    const revoked = { userId: 7n, sessionId: 'session-1', cause: 'logout', revokedAt: new Date() };
    await run.announce(events.sessionRevoked, revoked);
    expect(await end).toEqual({ code: 4502, reason: 'SESSION_REVOKED', retryAfterMs: null });
    expect(staying.socket.connected).toBe(true);
  });
});

describe('who leaves a room by another way', () => {
  it('is shown nothing of it any more, on the sockets that were in it', async () => {
    await run.start();
    const inRoom = await run.connect();
    const elsewhere = await run.connect();
    const other = await run.connect({ user: 8n });
    await enter(inRoom);
    await enter(other, 8n);
    await run.announce(events.participantLeft, {
      roomId: 42n,
      userId: 7n,
      cause: 'moved',
      leftAt: new Date(Date.now() + 1000),
    });
    await eventually(() => expect(inRoom.named('room.left')).toHaveLength(1));
    expect(inRoom.named('room.left')[0]?.data).toMatchObject({ room_id: 42, cause: 'moved' });
    await run.announce(events.chatPosted, chat('later'));
    await eventually(() => expect(idsOf(other)).toEqual(['later']));
    expect(idsOf(inRoom)).toEqual([]);
    expect(elsewhere.named('room.left')).toEqual([]);
  });

  it('is told that it is closed when it is', async () => {
    await run.start();
    const client = await run.connect();
    await enter(client);
    await run.announce(events.roomClosed, { roomId: 42n, byUserId: 1n, closedAt: new Date() });
    await eventually(() => expect(client.named('room.closed').map(({ data }) => data)).toEqual([{ room_id: 42 }]));
  });
});
