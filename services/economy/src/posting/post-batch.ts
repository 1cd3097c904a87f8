import type { PostCommand, Verdict as WireVerdict } from '@fanfare/contracts/economy/v1/economy_service';
import { AppError } from '@fanfare/kit';
import { refusalOf } from '../errors.ts';
import { formatVerdict } from '../format.ts';
import type { Verdict } from '../ledger/command.ts';
import type { Engine } from './engine.ts';
import { parseCommand } from './parse-command.ts';

/**
 * Posts many commands with a verdict each, in their order. What one command does wrong, and what the ledger cannot do
 * for it, is that command's refusal; nothing is remembered of it, and the others do not notice.
 * A refusal of kind `unavailable` leaves open whether the command was posted; by its kind a caller tells that from a
 * verdict of the ledger.
 */
export function postBatch(engine: Engine, commands: readonly PostCommand[]): Promise<WireVerdict[]> {
  return Promise.all(
    commands.map(async (command) => formatVerdict(command.journalId, await verdictOf(engine, command))),
  );
}

async function verdictOf(engine: Engine, command: PostCommand): Promise<Verdict> {
  try {
    return await engine.post(parseCommand(command), command.waitMs);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { type: 'refused', refusal: refusalOf(error) };
  }
}
