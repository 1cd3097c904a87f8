import { hasRole } from '@fanfare/kit';
import { z } from 'zod';
import { presentGift, presentSentGift } from '../present/gift.ts';
import { anyGift, roomGift, sendGift } from '../send-gift.ts';
import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor } from './call.ts';
import * as fields from './fields.ts';

const tags = ['gifts'];

export const giftRoutes: Routes = (app, clients, users) => {
  app.get(
    '/gifts',
    {
      config: { auth: 'optional' },
      schema: {
        tags,
        operationId: 'listGifts',
        summary: 'The catalogue, cheapest first; administrators may ask for retired gifts too',
        querystring: z.object({ includeInactive: fields.flagText().default(false) }),
        response: { 200: answers.page(answers.gift) },
      },
    },
    async (request) => {
      const call = callFor(request);
      const includeInactive = request.query.includeInactive && hasRole(call.caller, 'admin');
      const { gifts } = await clients.gifting.call.listGifts({ includeInactive }, call);
      return answers.pageOf(gifts, '', presentGift);
    },
  );

  app.post(
    '/gifts/send',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'sendGift',
        summary: 'Send a gift to users, directly or in a room',
        body: anyGift,
        response: { 201: answers.sentGiftReceipt },
      },
    },
    async (request, reply) => {
      reply.code(201);
      return sendGift({ clients, users }, request.commandId, request.body, callFor(request));
    },
  );

  app.get(
    '/gifts/history',
    {
      schema: {
        tags,
        operationId: 'listSentGifts',
        summary: 'Gifts one has sent or received, newest first',
        querystring: z.object({
          ...fields.paging,
          direction: z.enum(['sent', 'received'], 'must be sent or received').default('sent'),
        }),
        response: { 200: answers.page(answers.sentGift) },
      },
    },
    async (request) => {
      const { userId } = principalOf(request);
      const { direction, cursor, limit } = request.query;
      const whose = direction === 'sent' ? { senderId: userId } : { recipientId: userId };
      const { gifts, nextCursor } = await clients.gifting.call.listSentGifts(
        { ...whose, cursor, limit },
        callFor(request),
      );
      return answers.pageOf(gifts, nextCursor, presentSentGift);
    },
  );
};

export const roomGiftRoutes: Routes = (app, clients, users) => {
  app.post(
    '/rooms/:id/gifts',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'sendGiftInRoom',
        summary: 'Send a gift in a room',
        params: fields.params.id,
        body: roomGift,
        response: { 201: answers.sentGiftReceipt },
      },
    },
    async (request, reply) => {
      reply.code(201);
      const gift = { ...request.body, roomId: request.params.id };
      return sendGift({ clients, users }, request.commandId, gift, callFor(request));
    },
  );

  app.get(
    '/rooms/:id/gifts',
    {
      schema: {
        tags,
        operationId: 'listRoomGifts',
        summary: 'Gifts sent in a room, newest first',
        params: fields.params.id,
        querystring: z.object(fields.paging),
        response: { 200: answers.page(answers.sentGift) },
      },
    },
    async (request) => {
      const [call, roomId] = [callFor(request), request.params.id];
      const [{ gifts, nextCursor }] = await Promise.all([
        clients.gifting.call.listSentGifts({ roomId, ...request.query }, call),
        // Gifting knows no rooms, so that to it nothing was ever sent in one that does not exist.
        clients.rooms.call.getRoom({ roomId }, call),
      ]);
      return answers.pageOf(gifts, nextCursor, presentSentGift);
    },
  );
};
