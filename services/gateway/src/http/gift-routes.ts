import type { SentGiftReceipt } from '@fanfare/client/objects';
import { hasRole } from '@fanfare/kit';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { presentGift, presentReceipt, presentSentGift } from '../present/gift.ts';
import type { Clients } from '../rpc-clients.ts';
import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor } from './call.ts';
import * as fields from './fields.ts';

const tags = ['gifts'];

const giftFields = {
  giftId: fields.id(),
  quantity: fields.integer(1, 9999),
  recipientIds: z.array(fields.id(), 'must be a list of user ids').min(1, 'is required').max(50, 'must be at most 50'),
  comboId: fields.text(1, 128).nullish(),
  expectedPrice: fields.amount().nullish(),
};
const roomGift = z.object(giftFields);
const directGift = z.object({ ...giftFields, roomId: fields.id().nullish() });

export const giftRoutes: Routes = (app, clients, users) => {
  app.get(
    '/gifts',
    {
      config: { auth: 'optional' },
      schema: {
        tags,
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
        summary: 'Send a gift to users, directly or in a room',
        body: directGift,
        response: { 201: answers.sentGiftReceipt },
      },
    },
    async (request, reply) => {
      const { roomId, recipientIds } = request.body;
      // In a room, the room knows who its participants are.
      if (roomId == null) await users.require(recipientIds, callFor(request));
      reply.code(201);
      return sendGift(clients, request, request.body, roomId ?? undefined);
    },
  );

  app.get(
    '/gifts/history',
    {
      schema: {
        tags,
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

export const roomGiftRoutes: Routes = (app, clients) => {
  app.post(
    '/rooms/:id/gifts',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        summary: 'Send a gift in a room',
        params: fields.params.id,
        body: roomGift,
        response: { 201: answers.sentGiftReceipt },
      },
    },
    async (request, reply) => {
      reply.code(201);
      return sendGift(clients, request, request.body, request.params.id);
    },
  );

  app.get(
    '/rooms/:id/gifts',
    {
      schema: {
        tags,
        summary: 'Gifts sent in a room, newest first',
        params: fields.params.id,
        querystring: z.object(fields.paging),
        response: { 200: answers.page(answers.sentGift) },
      },
    },
    async (request) => {
      const { gifts, nextCursor } = await clients.gifting.call.listSentGifts(
        { roomId: request.params.id, ...request.query },
        callFor(request),
      );
      return answers.pageOf(gifts, nextCursor, presentSentGift);
    },
  );
};

async function sendGift(
  { gifting }: Clients,
  request: FastifyRequest,
  gift: z.output<typeof roomGift>,
  roomId: bigint | undefined,
): Promise<SentGiftReceipt> {
  const { giftId, quantity, recipientIds, comboId, expectedPrice } = gift;
  const answer = await gifting.call.sendGift(
    {
      id: request.commandId,
      giftId,
      quantity,
      roomId,
      recipientIds,
      comboId: comboId ?? undefined,
      expectedPrice: expectedPrice == null ? undefined : { currency: 'COIN', minor: expectedPrice },
    },
    callFor(request),
  );
  return presentReceipt(answer);
}
