import { z } from 'zod';
import { balancesOf, currencyOf } from '../present/scalars.ts';
import { presentTransaction, presentTransfer } from '../present/wallet.ts';
import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor } from './call.ts';
import * as fields from './fields.ts';

const tags = ['wallet'];

export const walletRoutes: Routes = (app, clients, users) => {
  app.get(
    '/wallet',
    {
      schema: {
        tags,
        operationId: 'getWallet',
        summary: 'What one can spend: balances minus holds',
        response: { 200: z.object({ balances: answers.balances }) },
      },
    },
    async (request) => {
      const { userId } = principalOf(request);
      const { balances } = await clients.economy.call.getWallet({ userId }, callFor(request));
      return { balances: balancesOf(balances) };
    },
  );

  app.get(
    '/wallet/transactions',
    {
      schema: {
        tags,
        operationId: 'listTransactions',
        summary: "One's own statement, newest first",
        querystring: z.object({ ...fields.paging, asset: fields.asset().optional() }),
        response: { 200: answers.page(answers.transaction) },
      },
    },
    async (request) => {
      const { asset, cursor, limit } = request.query;
      const { transactions, nextCursor } = await clients.economy.call.listTransactions(
        { userId: principalOf(request).userId, currency: asset === undefined ? '' : currencyOf(asset), cursor, limit },
        callFor(request),
      );
      return answers.pageOf(transactions, nextCursor, presentTransaction);
    },
  );

  app.post(
    '/wallet/transfers',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'transferCoins',
        summary: 'Give coins to another user',
        body: fields.object({ toUserId: fields.id(), amount: fields.amount() }),
        response: { 201: answers.transfer },
      },
    },
    async (request, reply) => {
      const { toUserId, amount } = request.body;
      await users.require([toUserId], callFor(request));
      const transfer = await clients.economy.call.transfer(
        { id: request.commandId, toUserId, amount: { currency: 'COIN', minor: amount } },
        callFor(request),
      );
      reply.code(201);
      return presentTransfer(transfer);
    },
  );
};
