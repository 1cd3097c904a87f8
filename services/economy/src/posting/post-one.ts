/** What the ledger's own commands have in common: one command, whose verdict is the answer or the error. */
import { AppError, type Call, callerKey, commonErrors, journalIdOf } from '@fanfare/kit';
import { activeTraceparent } from '@fanfare/messaging';
import type { LedgerCommand, Receipt } from '../ledger/command.ts';
import type { Engine } from './engine.ts';
import { headerText } from './parse-command.ts';

/** The journal id of a client's command. */
export const journalIdFor = (call: Call, operation: string, clientId: string): string =>
  journalIdOf(callerKey(call.caller), operation, clientId);

/** The fields of a command that follow from the call. @throws AppError (invalid) when one of them is no header */
export const ofCall = (
  call: Call,
): Pick<LedgerCommand, 'traceparent' | 'correlationId' | 'tenantId' | 'refusal' | 'hold' | 'limit' | 'audit'> => ({
  traceparent: activeTraceparent() ?? '',
  correlationId: headerText('correlationId', call.correlationId),
  tenantId: call.caller.tenantId === undefined ? null : headerText('tenantId', call.caller.tenantId),
  refusal: null,
  hold: null,
  limit: null,
  audit: null,
});

/** Posts for as long as the caller waits. @throws AppError: the refusal, or DEADLINE_EXCEEDED when nothing happened */
export async function postOne(engine: Engine, call: Call, command: LedgerCommand): Promise<Receipt> {
  const remaining = call.remainingMs();
  const verdict = await engine.post(command, remaining === null ? 0 : Math.max(1, remaining));
  switch (verdict.type) {
    case 'accepted':
      return verdict.receipt;
    case 'refused': {
      const { kind, reason, message, details } = verdict.refusal;
      throw new AppError(kind, reason, message, details);
    }
    case 'dropped':
      throw commonErrors.DEADLINE_EXCEEDED();
  }
}
