import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { type Handlers, invalid, requireInternal } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { postBatch } from './post-batch.ts';

type PostingRpc = 'postBatch';

const MAX_COMMANDS = 256;

export const postingHandlers = ({
  engine,
}: Pick<Deps, 'engine'>): Pick<Handlers<typeof EconomyServiceService>, PostingRpc> => ({
  postBatch: async ({ commands }, { caller }) => {
    requireInternal(caller);
    if (commands.length > MAX_COMMANDS) throw invalid('commands', `must be at most ${MAX_COMMANDS}`);
    return { verdicts: await postBatch(engine, commands) };
  },
});
