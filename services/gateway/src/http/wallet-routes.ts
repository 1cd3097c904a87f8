import { z } from 'zod';
import { balancesOf, currencyOf } from '../present/scalars.ts';
import { presentConversion, presentTransaction, presentTransfer } from '../present/wallet.ts';
import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor } from './call.ts';
import * as fields from './fields.ts';
import * as walletAnswers from './wallet-answers.ts';

const tags = ['wallet'];

/** What one has, and how that came about. */
export const walletRoutes: Routes = (app, { economy }) => {
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
      const { balances } = await economy.call.getWallet({ userId }, callFor(request));
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
        response: { 200: answers.page(walletAnswers.transaction) },
      },
    },
    async (request) => {
      const { asset, cursor, limit } = request.query;
      const { transactions, nextCursor } = await economy.call.listTransactions(
        { userId: principalOf(request).userId, currency: asset === undefined ? '' : currencyOf(asset), cursor, limit },
        callFor(request),
      );
      return answers.pageOf(transactions, nextCursor, presentTransaction);
    },
  );
};

/** Coins to somebody else, and diamonds to coins. */
export const transferRoutes: Routes = (app, { economy }, users) => {
  app.post(
    '/wallet/transfers',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'transferCoins',
        summary: 'Give coins to another user',
        body: fields.object({ toUserId: fields.id(), amount: fields.amount() }),
        response: { 201: walletAnswers.transfer },
      },
    },
    async (request, reply) => {
      const { toUserId, amount } = request.body;
      await users.require([toUserId], callFor(request));
      const transfer = await economy.call.transfer(
        { id: request.commandId, toUserId, amount: { currency: 'COIN', minor: amount } },
        callFor(request),
      );
      reply.code(201);
      return presentTransfer(transfer);
    },
  );

  app.post(
    '/wallet/conversions',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'convertDiamonds',
        summary: 'Turn diamonds into coins',
        body: fields.object({ amount: fields.amount().meta({ description: 'In diamonds.' }) }),
        response: { 201: walletAnswers.conversion },
      },
    },
    async (request, reply) => {
      const conversion = await economy.call.convert(
        { id: request.commandId, amount: { currency: 'DIAMOND', minor: request.body.amount } },
        callFor(request),
      );
      reply.code(201);
      return presentConversion(conversion);
    },
  );
};
