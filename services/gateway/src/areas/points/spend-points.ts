/** Points that their owner spends. */
import * as fields from '../../http/fields.ts';
import { defineRoute } from './clients.ts';
import { deduction, presentDeduction } from './deduction.ts';

export const purchaseWithPoints = defineRoute({
  method: 'POST',
  path: '/wallet/points/purchases',
  operationId: 'purchaseWithPoints',
  summary: 'Buy an item',
  access: 'user',
  movesMoney: true,
  body: fields.object({ itemId: fields.opaqueId() }),
  answer: deduction,
  status: 201,
  run: async ({ clients, commandId, call }, { body }) =>
    presentDeduction(await clients.economy.call.purchaseWithPoints({ id: commandId, ...body }, call)),
});

export const boostVideo = defineRoute({
  method: 'POST',
  path: '/wallet/points/boosts',
  operationId: 'boostVideo',
  summary: 'Boost a video',
  access: 'user',
  movesMoney: true,
  body: fields.object({ videoId: fields.opaqueId() }),
  answer: deduction,
  status: 201,
  run: async ({ clients, commandId, call }, { body }) =>
    presentDeduction(await clients.economy.call.boostVideo({ id: commandId, ...body }, call)),
});

export const giftPoints = defineRoute({
  method: 'POST',
  path: '/wallet/points/gifts',
  operationId: 'giftPoints',
  summary: 'Give points to another user',
  access: 'user',
  movesMoney: true,
  body: fields.object({ toUserId: fields.id(), amount: fields.amount() }),
  answer: deduction,
  status: 201,
  run: async ({ clients, commandId, call }, { body: { toUserId, amount } }) => {
    const command = { id: commandId, toUserId, amount: { currency: 'POINT', minor: amount } };
    return presentDeduction(await clients.economy.call.giftPoints(command, call));
  },
});
