import type { Gift } from '@fanfare/contracts/gifting/v1/gifting_service';
import type { z } from 'zod';
import { errors } from '../errors.ts';
import { presentGift } from '../present/gift.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import * as fields from './fields.ts';
import { loadUser } from './user-facts.ts';

const tags = ['admin'];
const reason = fields.reason();

/** Bans are for moderators too. */
export const adminUserRoutes: Routes = (app, clients) => {
  for (const action of ['ban', 'unban'] as const) {
    const banning = action === 'ban';
    app.post(
      `/admin/users/:id/${action}`,
      {
        config: { auth: 'moderator' },
        schema: {
          tags,
          operationId: `${action}User`,
          summary: banning ? 'End every session of a user and refuse new ones' : 'Let a user log in again',
          params: fields.params.id,
          body: fields.object({ reason }),
          response: { 200: answers.user },
        },
      },
      async (request) => {
        const command = { userId: request.params.id, reason: request.body.reason };
        const call = callFor(request);
        const { identity } = clients;
        const { user } = await (banning
          ? identity.call.banUser(command, call)
          : identity.call.unbanUser(command, call));
        return present(user, (profile) => loadUser(clients, profile, call));
      },
    );
  }

  app.put(
    '/admin/users/:id/roles',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'setRoles',
        summary: 'Replace the roles of a user',
        params: fields.params.id,
        body: fields.object({ roles: fields.roles(), reason }),
        response: { 200: answers.user },
      },
    },
    async (request) => {
      const call = callFor(request);
      const { user } = await clients.identity.call.setRoles({ userId: request.params.id, ...request.body }, call);
      return present(user, (profile) => loadUser(clients, profile, call));
    },
  );
};

const giftFields = fields.object({
  name: fields.text(1, 100),
  price: fields.amount(),
  category: fields.text(1, 50),
  rarity: fields.text(1, 50),
  animationUrl: fields.url().nullable(),
  thumbnailUrl: fields.url().nullable(),
  wealthXpMultiplier: fields.decimal(0, 1000),
  charmXpMultiplier: fields.decimal(0, 1000),
  isActive: fields.flag(),
});
const giftChange = giftFields.partial();
const newGift = giftChange.required({ name: true, price: true, category: true, rarity: true });

/** The catalogue. */
export const adminGiftRoutes: Routes = (app, { gifting }) => {
  app.post(
    '/admin/gifts',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'createGift',
        summary: 'Add a gift to the catalogue',
        body: newGift,
        response: { 201: answers.gift },
      },
    },
    async (request, reply) => {
      const { gift } = await gifting.call.createGift({ gift: changed(blank, request.body) }, callFor(request));
      reply.code(201);
      return present(gift, presentGift);
    },
  );

  app.patch(
    '/admin/gifts/:id',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'updateGift',
        summary: 'Change a gift; what was already sent keeps its price',
        params: fields.params.id,
        body: giftChange,
        response: { 200: answers.gift },
      },
    },
    async (request) => {
      const call = callFor(request);
      const { gifts } = await gifting.call.listGifts({ includeInactive: true }, call);
      const current = gifts.find((gift) => gift.id === request.params.id);
      if (current === undefined) throw errors.GIFT_NOT_FOUND();
      const { gift } = await gifting.call.updateGift({ gift: changed(current, request.body) }, call);
      return present(gift, presentGift);
    },
  );
};

const blank: Gift = {
  id: 0n,
  name: '',
  price: undefined,
  category: '',
  rarity: '',
  wealthXpMultiplier: 1,
  charmXpMultiplier: 1,
  isActive: true,
};

/** The gift with the fields that were sent; a null URL takes it away. */
function changed(gift: Gift, { price, animationUrl, thumbnailUrl, ...rest }: z.output<typeof giftChange>): Gift {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...gift,
    ...given,
    price: price === undefined ? gift.price : { currency: 'COIN', minor: price },
    animationUrl: animationUrl === undefined ? gift.animationUrl : (animationUrl ?? undefined),
    thumbnailUrl: thumbnailUrl === undefined ? gift.thumbnailUrl : (thumbnailUrl ?? undefined),
  };
}
