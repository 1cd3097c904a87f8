/** One room, and who is in it. */
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { participant, presentParticipant } from './participant.ts';
import { presentRoom, room } from './room.ts';

export const getRoom = defineRoute({
  method: 'GET',
  path: '/rooms/:id',
  operationId: 'getRoom',
  summary: 'A room',
  access: 'user',
  params: fields.params.id,
  answer: room,
  run: async ({ clients, call }, { params }) => {
    const { room: found } = await clients.rooms.call.getRoom({ roomId: params.id }, call);
    return present(found, presentRoom);
  },
});

export const listParticipants = defineRoute({
  method: 'GET',
  path: '/rooms/:id/participants',
  operationId: 'listParticipants',
  summary: 'Who is in a room',
  access: 'user',
  params: fields.params.id,
  query: z.object(fields.paging),
  answer: page(participant),
  run: async ({ clients, call }, { params, query }) => {
    const request = { roomId: params.id, ...query };
    const { participants, nextCursor } = await clients.rooms.call.listParticipants(request, call);
    return pageOf(participants, nextCursor, presentParticipant);
  },
});
