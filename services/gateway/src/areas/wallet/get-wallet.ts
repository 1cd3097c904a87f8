import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { balances, balancesOf } from '../../present/balances.ts';
import { defineRoute } from './clients.ts';

const wallet = z.object({ balances });

export const getWallet = defineRoute({
  method: 'GET',
  path: '/wallet',
  operationId: 'getWallet',
  summary: 'What one can spend: balances minus holds',
  access: 'user',
  answer: wallet,
  run: async ({ clients, principal: { userId }, call }) => {
    const answer = await clients.economy.call.getWallet({ userId }, call);
    return { balances: balancesOf(answer.balances) };
  },
});

export const getUserWallet = defineRoute({
  method: 'GET',
  path: '/admin/users/:userId/wallet',
  operationId: 'getUserWallet',
  summary: 'What a user can spend',
  access: 'admin',
  params: fields.params.userId,
  answer: wallet,
  run: async ({ clients, call }, { params }) => {
    const answer = await clients.economy.call.getWallet(params, call);
    return { balances: balancesOf(answer.balances) };
  },
});
