import { z } from 'zod';
import { presentCoinSeller } from '../present/coin-request.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import * as fields from './fields.ts';
import * as walletAnswers from './wallet-answers.ts';

const tags = ['admin'];
const coins = (minor: bigint) => ({ currency: 'COIN', minor });

export const adminCoinSellerRoutes: Routes = (app, { economy }, users) => {
  app.put(
    '/admin/coin-sellers/:userId',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'setCoinSeller',
        summary: 'Make a user a coin seller, change the limits, or end it',
        params: fields.params.userId,
        body: fields.object({
          dailyLimit: fields.amountOrZero().meta({ description: 'Coins in one UTC day.' }),
          requestLimit: fields.amountOrZero().meta({ description: 'Coins by one request.' }),
          isActive: fields.flag(),
          reason: fields.reason(),
        }),
        response: { 200: walletAnswers.coinSeller },
      },
    },
    async (request) => {
      const { dailyLimit, requestLimit, ...rest } = request.body;
      const { userId } = request.params;
      await users.require([userId], callFor(request));
      const { coinSeller } = await economy.call.setCoinSeller(
        { userId, dailyLimit: coins(dailyLimit), requestLimit: coins(requestLimit), ...rest },
        callFor(request),
      );
      return present(coinSeller, presentCoinSeller);
    },
  );

  app.get(
    '/admin/coin-sellers',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'listCoinSellers',
        summary: 'Coin sellers, those who are not any more too',
        querystring: z.object(fields.paging),
        response: { 200: answers.page(walletAnswers.coinSeller) },
      },
    },
    async (request) => {
      const { coinSellers, nextCursor } = await economy.call.listCoinSellers(request.query, callFor(request));
      return answers.pageOf(coinSellers, nextCursor, presentCoinSeller);
    },
  );
};
