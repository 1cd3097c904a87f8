import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { commonErrors, type Handlers } from '@fanfare/kit';
import { mayReadAll } from '../authority.ts';
import type { Deps } from '../deps.ts';
import { formatBalances } from '../format.ts';
import { readTrialBalance } from './trial-balance.ts';

export const proofHandlers = ({ database }: Pick<Deps, 'database'>) =>
  ({
    getTrialBalance: async (_request, { caller }) => {
      if (!mayReadAll(caller)) throw commonErrors.FORBIDDEN({ required: 'admin' });
      const { accounts, entries, journals, entryCount } = await readTrialBalance(database);
      return { sums: formatBalances(accounts), entrySums: formatBalances(entries), journals, entries: entryCount };
    },
  }) satisfies Partial<Handlers<typeof EconomyServiceService>>;
