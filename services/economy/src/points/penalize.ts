import type { PenalizeRequest, PenalizeResponse } from '@fanfare/contracts/economy/v1/points';
import { one, type Sql } from '@fanfare/database';
import { type Call, formatMinor, invalid, type Minor, requireRole } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { userAccount } from '../ledger/accounts.ts';
import { readEntryKeys } from '../ledger/entry-keys.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseReason, parseUserId, requireAsset } from '../parse-request.ts';
import type { Engine } from '../posting/engine.ts';
import { postAudited } from '../posting/post-audited.ts';
import { deductionContext, formatDeduction, spendingLegs } from './deduction.ts';

const ACTION = 'penalty';

/**
 * Takes points for a violation, also from a frozen wallet; what the balance cannot cover becomes debt, which later
 * credits repay first.
 */
export async function penalize(
  { engine, database }: { readonly engine: Engine; readonly database: Sql },
  request: PenalizeRequest,
  call: Call,
): Promise<PenalizeResponse> {
  requireRole(call.caller, 'admin');
  const userId = parseUserId('userId', request.userId);
  const reason = parseReason(request.reason);
  const points = requireAsset(parseAmount(request.amount), 'POINT');
  if (points <= 0n) throw invalid('amount', 'must be more than zero');
  const [taking, giving] = spendingLegs(userId, points, ACTION);
  const { id, receipt } = await postAudited(engine, call, {
    operation: 'points.penalty',
    action: 'points.penalize',
    clientId: request.id,
    userId,
    asked: { amount: formatMinor(points) },
    reason,
    legs: [{ ...taking, shortfallToDebt: true }, giving],
    context: deductionContext(points, {}),
  });
  const taken = await takenBy(database, id, userId);
  return {
    deduction: formatDeduction({ id, userId, action: ACTION, points: taken, reason }, receipt),
    debt: formatMoney('POINT', points - taken),
  };
}

/** How much of a penalty the balance covered: the ledger splits it, and its entries never change. */
async function takenBy(sql: Sql, journalId: string, userId: bigint): Promise<Minor> {
  const account = userAccount(userId, 'POINT');
  const journal = await sql.query<{ entry_keys: Buffer }>('select entry_keys from journals where id = $1', [journalId]);
  const keys = readEntryKeys(one(journal).entry_keys).filter(({ accountId }) => accountId === account);
  const entries = await sql.query<{ taken: string }>(
    'select coalesce(-sum(minor), 0) as taken from entries where account_id = $1 and seq = any($2::int8[])',
    [account, keys.map(({ seq }) => seq)],
  );
  return BigInt(one(entries).taken);
}
