import { one, type Sql } from '@fanfare/database';
import { type Call, formatMinor, type Minor, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { userAccount } from '../ledger/accounts.ts';
import { readEntryKeys } from '../ledger/entry-keys.ts';
import { postAudited } from '../posting/post-audited.ts';
import { type Deduction, deductionContext, deductionOf, spendingLegs } from './deduction.ts';

const ACTION = 'penalty';

export interface PenaltyInput {
  /** The administrator's own, from which the journal's id follows. */
  readonly id: string;
  readonly userId: bigint;
  readonly points: Minor;
  readonly reason: string;
}

export interface Penalty {
  /** What the balance covered. */
  readonly deduction: Deduction;
  /** POINT that it did not. */
  readonly debt: Minor;
}

/**
 * Takes points for a violation, also from a frozen wallet; what the balance cannot cover becomes debt, which later
 * credits repay first.
 * @throws USER_NOT_FOUND
 */
export async function penalize(
  { engine, database, users }: Pick<Deps, 'engine' | 'database' | 'users'>,
  call: Call,
  { id: clientId, userId, points, reason }: PenaltyInput,
): Promise<Penalty> {
  requireRole(call.caller, 'admin');
  await users.require([userId]);
  const [taking, giving] = spendingLegs(userId, points, ACTION);
  const { id, receipt } = await postAudited(engine, call, {
    operation: 'points.penalty',
    action: 'points.penalize',
    clientId,
    userId,
    asked: { amount: formatMinor(points) },
    reason,
    legs: [{ ...taking, shortfallToDebt: true }, giving],
    context: deductionContext(points, {}),
  });
  const taken = await takenBy(database, id, userId);
  return {
    deduction: deductionOf({ id, userId, action: ACTION, points: taken, reason }, receipt),
    debt: points - taken,
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
