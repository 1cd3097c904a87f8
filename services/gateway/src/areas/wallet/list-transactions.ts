import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { type Asset, currencyOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';
import { presentTransaction, transaction } from './transaction.ts';

const query = z.object({ ...fields.paging, asset: fields.asset().optional() });

/** All of them when none is named. */
const currencyUnlessAll = (asset: Asset | undefined): string => (asset === undefined ? '' : currencyOf(asset));

export const listTransactions = defineRoute({
  method: 'GET',
  path: '/wallet/transactions',
  operationId: 'listTransactions',
  summary: "One's own statement, newest first",
  access: 'user',
  query,
  answer: page(transaction),
  run: async ({ clients, principal: { userId }, call }, { query: { asset, ...paging } }) => {
    const request = { userId, currency: currencyUnlessAll(asset), ...paging };
    const { transactions, nextCursor } = await clients.economy.call.listTransactions(request, call);
    return pageOf(transactions, nextCursor, presentTransaction);
  },
});

export const listUserTransactions = defineRoute({
  method: 'GET',
  path: '/admin/users/:userId/wallet/transactions',
  operationId: 'listUserTransactions',
  summary: 'A user’s statement, newest first',
  access: 'admin',
  params: fields.params.userId,
  query,
  answer: page(transaction),
  run: async ({ clients, call }, { params, query: { asset, ...paging } }) => {
    const request = { ...params, currency: currencyUnlessAll(asset), ...paging };
    const { transactions, nextCursor } = await clients.economy.call.listTransactions(request, call);
    return pageOf(transactions, nextCursor, presentTransaction);
  },
});
