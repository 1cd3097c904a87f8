/** Coming and going by REST; the token takes a socket in. */
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { presentRoom, room } from './room.ts';

export const joinRoom = defineRoute({
  method: 'POST',
  path: '/rooms/:id/join',
  operationId: 'joinRoom',
  summary: 'Become a participant; the token is for the socket’s room.join',
  access: 'user',
  params: fields.params.id,
  answer: z.object({ room, token: z.string() }),
  run: async ({ clients, call }, { params }) => {
    const { room: joined, token } = await clients.rooms.call.joinRoom({ roomId: params.id }, call);
    return { room: present(joined, presentRoom), token };
  },
});

export const refreshRoomToken = defineRoute({
  method: 'POST',
  path: '/rooms/:id/token',
  operationId: 'refreshRoomToken',
  summary: 'A fresh room token for a participant',
  access: 'user',
  params: fields.params.id,
  answer: z.object({ token: z.string() }),
  run: ({ clients, call }, { params }) => clients.rooms.call.refreshRoomToken({ roomId: params.id }, call),
});

export const leaveRoom = defineRoute({
  method: 'POST',
  path: '/rooms/:id/leave',
  operationId: 'leaveRoom',
  summary: 'Leave a room',
  access: 'user',
  params: fields.params.id,
  answer: z.null(),
  run: async ({ clients, call }, { params }) => {
    await clients.rooms.call.leaveRoom({ roomId: params.id }, call);
    return null;
  },
});
