/** What administrators' commands on one user's money have in common: what is asked for is intent and audit row alike. */
import { type Call, callerKey } from '@fanfare/kit';
import type { Leg, Receipt } from '../ledger/command.ts';
import type { Engine } from './engine.ts';
import { journalIdFor, ofCall, postOne } from './post-one.ts';

interface AuditedPosting {
  readonly operation: string;
  /** In the audit row. */
  readonly action: string;
  /** The administrator's own, from which the journal's id follows. */
  readonly clientId: string;
  readonly userId: bigint;
  /** In decimal text, by the names under which a repeat that differs is told of them. */
  readonly asked: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly legs: readonly Leg[];
  readonly context: string;
}

/**
 * Posts it with its audit row, which the batch writes in its transaction: there is no journal without its row and no
 * row without its journal. The caller has been authorised before.
 * @throws AppError: the refusal, or DEADLINE_EXCEEDED when nothing happened
 */
export async function postAudited(
  engine: Engine,
  call: Call,
  { operation, action, clientId, userId, asked, reason, legs, context }: AuditedPosting,
): Promise<{ readonly id: string; readonly receipt: Receipt }> {
  const id = journalIdFor(call, operation, clientId);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation,
    intent: [
      { name: 'userId', value: `${userId}` },
      ...Object.entries(asked).map(([name, value]) => ({ name, value })),
      { name: 'reason', value: reason },
    ],
    legs,
    context,
    userId,
    reason,
    audit: { caller: callerKey(call.caller), action, target: `user:${userId}`, reason, details: asked },
  });
  return { id, receipt };
}
