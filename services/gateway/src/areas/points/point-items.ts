/** What points can buy. */
import type { PointItem as PointItemRecord } from '@fanfare/contracts/economy/v1/points';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { present } from '../../present/present.ts';
import { money, moneyOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const pointItem = z
  .object({ id: z.string(), name: z.string(), price: money, isActive: z.boolean() })
  .meta({ id: 'PointItem', description: 'Something that points can buy.' });

const presentPointItem = (record: PointItemRecord): z.output<typeof pointItem> => ({
  id: record.id,
  name: record.name,
  price: moneyOf(record.price),
  isActive: record.isActive,
});

export const listPointItems = defineRoute({
  method: 'GET',
  path: '/wallet/points/items',
  operationId: 'listPointItems',
  summary: 'What points can buy',
  access: 'user',
  answer: page(pointItem),
  run: async ({ clients, call }) => {
    const { items } = await clients.economy.call.listPointItems({ includeInactive: false }, call);
    return pageOf(items, '', presentPointItem);
  },
});

export const listAllPointItems = defineRoute({
  method: 'GET',
  path: '/admin/point-items',
  operationId: 'listAllPointItems',
  summary: 'Items, those that are not for sale too',
  access: 'admin',
  answer: page(pointItem),
  run: async ({ clients, call }) => {
    const { items } = await clients.economy.call.listPointItems({ includeInactive: true }, call);
    return pageOf(items, '', presentPointItem);
  },
});

export const setPointItem = defineRoute({
  method: 'PUT',
  path: '/admin/point-items/:itemId',
  operationId: 'setPointItem',
  summary: 'Add an item that points can buy, or change it',
  access: 'admin',
  params: fields.params.itemId,
  body: fields.object({ name: fields.text(1, 100), price: fields.amount(), isActive: fields.flag() }),
  answer: pointItem,
  run: async ({ clients, call }, { params: { itemId }, body: { name, price, isActive } }) => {
    const item = { id: itemId, name, price: { currency: 'POINT', minor: price }, isActive };
    const answer = await clients.economy.call.setPointItem({ item }, call);
    return present(answer.item, presentPointItem);
  },
});
