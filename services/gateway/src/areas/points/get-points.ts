import { z } from 'zod';
import { balancesOf } from '../../present/balances.ts';
import { money } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const points = z
  .object({ balance: money, currencyName: z.string().describe('What the platform calls its points.') })
  .meta({ id: 'Points' });

export const getPoints = defineRoute({
  method: 'GET',
  path: '/wallet/points',
  operationId: 'getPoints',
  summary: 'What points one can spend, and what they are called',
  access: 'user',
  answer: points,
  run: async ({ clients, principal: { userId }, pointCurrencyName, call }) => {
    const { balances } = await clients.economy.call.getWallet({ userId }, call);
    return { balance: balancesOf(balances).point, currencyName: pointCurrencyName };
  },
});
