import type { Gift as GiftRecord } from '@fanfare/contracts/gifting/v1/gifting_service';
import type { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { gift, presentGift } from './gift.ts';

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

export const createGift = defineRoute({
  method: 'POST',
  path: '/admin/gifts',
  operationId: 'createGift',
  summary: 'Add a gift to the catalogue',
  access: 'admin',
  body: newGift,
  answer: gift,
  status: 201,
  run: async ({ clients, call }, { body }) => {
    const { gift: made } = await clients.gifting.call.createGift({ gift: recordOf(body) }, call);
    return present(made, presentGift);
  },
});

export const updateGift = defineRoute({
  method: 'PATCH',
  path: '/admin/gifts/:id',
  operationId: 'updateGift',
  summary: 'Change a gift; what was already sent keeps its price',
  access: 'admin',
  params: fields.params.id,
  body: giftChange,
  answer: gift,
  run: async ({ clients, call }, { params, body }) => {
    const request = { gift: { ...recordOf(body), id: params.id }, updateMask: pathsOf(body) };
    const { gift: updated } = await clients.gifting.call.updateGift(request, call);
    return present(updated, presentGift);
  },
});

const blank: GiftRecord = {
  id: 0n,
  name: '',
  price: undefined,
  category: '',
  rarity: '',
  wealthXpMultiplier: 1,
  charmXpMultiplier: 1,
  isActive: true,
};

/** What was sent, and for the rest what a new gift has; a null URL is none. */
function recordOf({ price, animationUrl, thumbnailUrl, ...rest }: z.output<typeof giftChange>): GiftRecord {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...blank,
    ...given,
    price: price === undefined ? undefined : { currency: 'COIN', minor: price },
    animationUrl: animationUrl ?? undefined,
    thumbnailUrl: thumbnailUrl ?? undefined,
  };
}

/** The fields that were sent, as the contract names them: `animationUrl` is `animation_url`. */
const pathsOf = (body: z.output<typeof giftChange>): string[] =>
  Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
