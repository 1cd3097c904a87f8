import { z } from 'zod';
import { balancesOf, idOf } from '../present/scalars.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor } from './call.ts';

export const adminLedgerRoutes: Routes = (app, { economy }) => {
  app.get(
    '/admin/ledger/trial-balance',
    {
      config: { auth: 'admin' },
      schema: {
        tags: ['admin'],
        operationId: 'getTrialBalance',
        summary: 'Sums over all accounts and over all entries; zero unless the ledger is broken',
        response: {
          200: z.object({
            sums: answers.balances,
            entrySums: answers.balances,
            journals: z.int(),
            entries: z.int(),
          }),
        },
      },
    },
    async (request) => {
      const { sums, entrySums, journals, entries } = await economy.call.getTrialBalance({}, callFor(request));
      return {
        sums: balancesOf(sums),
        entrySums: balancesOf(entrySums),
        journals: idOf(journals),
        entries: idOf(entries),
      };
    },
  );
};
