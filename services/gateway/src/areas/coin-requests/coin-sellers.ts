/** Who may sell coins, and how many: for administrators. */
import type { CoinSeller as CoinSellerRecord } from '@fanfare/contracts/economy/v1/coin_requests';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { present } from '../../present/present.ts';
import { id, idOf, money, moneyOf, time, timeOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const coinSeller = z
  .object({
    userId: id,
    dailyLimit: money.describe('Coins that the seller may give in one UTC day.'),
    requestLimit: money.describe('Coins that the seller may give by one request.'),
    isActive: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'CoinSeller' });

const presentCoinSeller = (record: CoinSellerRecord): z.output<typeof coinSeller> => ({
  userId: idOf(record.userId),
  dailyLimit: moneyOf(record.dailyLimit),
  requestLimit: moneyOf(record.requestLimit),
  isActive: record.isActive,
  createdAt: timeOf(record.createdAt),
});

const coins = (minor: bigint) => ({ currency: 'COIN', minor });

export const setCoinSeller = defineRoute({
  method: 'PUT',
  path: '/admin/coin-sellers/:userId',
  operationId: 'setCoinSeller',
  summary: 'Make a user a coin seller, change the limits, or end it',
  access: 'admin',
  params: fields.params.userId,
  body: fields.object({
    dailyLimit: fields.amountOrZero().meta({ description: 'Coins in one UTC day.' }),
    requestLimit: fields.amountOrZero().meta({ description: 'Coins by one request.' }),
    isActive: fields.flag(),
    reason: fields.reason(),
  }),
  answer: coinSeller,
  run: async ({ clients, call }, { params: { userId }, body: { dailyLimit, requestLimit, ...rest } }) => {
    const command = { userId, dailyLimit: coins(dailyLimit), requestLimit: coins(requestLimit), ...rest };
    const answer = await clients.economy.call.setCoinSeller(command, call);
    return present(answer.coinSeller, presentCoinSeller);
  },
});

export const listCoinSellers = defineRoute({
  method: 'GET',
  path: '/admin/coin-sellers',
  operationId: 'listCoinSellers',
  summary: 'Coin sellers, those who are not any more too',
  access: 'admin',
  query: z.object(fields.paging),
  answer: page(coinSeller),
  run: async ({ clients, call }, { query }) => {
    const { coinSellers, nextCursor } = await clients.economy.call.listCoinSellers(query, call);
    return pageOf(coinSellers, nextCursor, presentCoinSeller);
  },
});
