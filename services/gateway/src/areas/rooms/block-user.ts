import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { defineRoute } from './clients.ts';

export const blockUser = defineRoute({
  method: 'POST',
  path: '/rooms/:id/block',
  operationId: 'blockUser',
  summary: 'Remove somebody from one’s room and keep them out',
  access: 'user',
  params: fields.params.id,
  body: fields.object({
    userId: fields.id(),
    reason: fields.judgedText(1600).meta({ description: 'At most 200 characters.' }).nullish(),
  }),
  answer: z.null(),
  run: async ({ clients, call }, { params, body: { userId, reason } }) => {
    await clients.rooms.call.blockUser({ roomId: params.id, userId, reason: reason ?? '' }, call);
    return null;
  },
});

export const unblockUser = defineRoute({
  method: 'POST',
  path: '/rooms/:id/unblock',
  operationId: 'unblockUser',
  summary: 'Let somebody in again',
  access: 'user',
  params: fields.params.id,
  body: fields.object({ userId: fields.id() }),
  answer: z.null(),
  run: async ({ clients, call }, { params, body }) => {
    await clients.rooms.call.unblockUser({ roomId: params.id, ...body }, call);
    return null;
  },
});
