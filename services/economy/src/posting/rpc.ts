import type {
  EconomyServiceService,
  PostCommand,
  Refusal,
  Verdict,
} from '@fanfare/contracts/economy/v1/economy_service';
import { AppError, type Handlers, invalid, requireInternal } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type Refusal as LedgerRefusal, refusalOf } from '../errors.ts';
import { formatBalances } from '../format.ts';
import type { Verdict as LedgerVerdict } from '../ledger/command.ts';
import type { Engine } from './engine.ts';
import { parseCommand } from './parse-command.ts';

const MAX_COMMANDS = 256;

export const postingHandlers = ({ engine }: Pick<Deps, 'engine'>) =>
  ({
    postBatch: async ({ commands }, { caller }) => {
      requireInternal(caller);
      if (commands.length > MAX_COMMANDS) throw invalid('commands', `must be at most ${MAX_COMMANDS}`);
      return { verdicts: await Promise.all(commands.map((command) => post(engine, command))) };
    },
  }) satisfies Partial<Handlers<typeof EconomyServiceService>>;

/**
 * What one command does wrong, and what the ledger cannot do for it, is that command's refusal; nothing is remembered of
 * it, and the others do not notice. A refusal of kind `unavailable` leaves open whether the command was posted; by its
 * kind a caller tells that from a verdict of the ledger.
 */
async function post(engine: Engine, command: PostCommand): Promise<Verdict> {
  try {
    return formatVerdict(command.journalId, await engine.post(parseCommand(command), command.waitMs));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { journalId: command.journalId, refusal: formatRefusal(refusalOf(error)) };
  }
}

function formatVerdict(journalId: string, verdict: LedgerVerdict): Verdict {
  switch (verdict.type) {
    case 'accepted': {
      const { postedAt, balances, context, repeated } = verdict.receipt;
      return { journalId, receipt: { postedAt, balances: formatBalances(balances), context, repeated } };
    }
    case 'refused':
      return { journalId, refusal: formatRefusal(verdict.refusal) };
    case 'dropped':
      return { journalId, dropped: {} };
  }
}

const formatRefusal = ({ kind, reason, message, details }: LedgerRefusal): Refusal => ({
  kind,
  reason,
  message,
  metadata: { ...details },
});
