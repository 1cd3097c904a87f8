import { z } from 'zod';
import { balances, balancesOf } from '../../present/balances.ts';
import { idOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

export const getTrialBalance = defineRoute({
  method: 'GET',
  path: '/admin/ledger/trial-balance',
  operationId: 'getTrialBalance',
  summary: 'Sums over all accounts and over all entries; zero unless the ledger is broken',
  access: 'admin',
  answer: z.object({ sums: balances, entrySums: balances, journals: z.int(), entries: z.int() }),
  run: async ({ clients, call }) => {
    const { sums, entrySums, journals, entries } = await clients.economy.call.getTrialBalance({}, call);
    return {
      sums: balancesOf(sums),
      entrySums: balancesOf(entrySums),
      journals: idOf(journals),
      entries: idOf(entries),
    };
  },
});
