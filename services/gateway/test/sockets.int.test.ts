import { events } from '@fanfare/contracts';
import { RoomStatus } from '@fanfare/contracts/rooms/v1/rooms_service';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;

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

beforeAll(async () => {
  run = await runGateways();
  run.peers.rooms.getSnapshot = async ({ roomId }) => snapshotOf(roomId);
  run.peers.rooms.leaveRoom = async () => ({});
  await run.start();
});
afterAll(() => run.stop());

describe('a socket', () => {
  it('gets its session first, then enters a room and sees what is published there', async () => {
    const client = await run.connect();
    await eventually(() => expect(client.named('session')).toHaveLength(1));
    expect(client.shown[0]?.data).toEqual({
      v: 1,
      sessionId: 'session-1',
      userId: 7,
      ch: 'user.7',
      off: expect.any(String),
      recovered: false,
    });
    const joined = await client.ask('room.join', { token: await run.roomToken(7n, 42) });
    expect(joined).toEqual({
      ok: true,
      data: {
        ch: 'room.42',
        off: expect.any(String),
        recovered: false,
        room: expect.objectContaining({ id: 42, name: 'A room' }),
        seats: [],
        participants: [],
        messages: [],
      },
    });
    await run.emit('room.42', 'chat.message', { id: 'a' });
    await eventually(() => expect(client.named('chat.message')).toHaveLength(1));
    expect(client.named('chat.message')[0]).toEqual({
      name: 'chat.message',
      data: { id: 'a' },
      at: { ch: 'room.42', off: expect.any(String) },
    });
  });

  it('sees domain events translated', async () => {
    const client = await run.connect();
    await client.ask('room.join', { token: await run.roomToken(7n, 43) });
    await run.announce(events.chatPosted, { id: 'm1', roomId: 43n, userId: 7n, text: 'hi', sentAt: new Date(1000) });
    await eventually(() => expect(client.named('chat.message')).toHaveLength(1));
    expect(client.named('chat.message')[0]?.data).toEqual({
      id: 'm1',
      room_id: 43,
      user_id: 7,
      text: 'hi',
      sent_at: '1970-01-01T00:00:01.000Z',
    });
  });
});
