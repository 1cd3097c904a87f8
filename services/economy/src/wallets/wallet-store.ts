/** What is read of wallets: single statements, never locks. */
import type { PrismaClient } from '../generated/prisma/client.ts';
import { type AccountId, walletOf } from '../ledger/accounts.ts';
import type { Balances } from '../ledger/command.ts';
import { mergePage, type Page, type Position } from './statement.ts';

export interface StatementLine {
  readonly accountId: AccountId;
  readonly seq: bigint;
  readonly journalId: string;
  readonly action: string;
  readonly minor: bigint;
  readonly balanceAfter: bigint;
  readonly reason: string;
  /** JSON object. */
  readonly context: string;
  readonly createdAt: Date;
}

/** What the user can spend; zeros before the first posting. */
export async function readWallet(prisma: PrismaClient, userId: bigint): Promise<Balances> {
  const ids = walletOf(userId);
  const rows = await prisma.account.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, balanceMinor: true, heldMinor: true },
  });
  const available = (id: AccountId): bigint => {
    const row = rows.find((each) => each.id === id);
    return row === undefined ? 0n : row.balanceMinor - row.heldMinor;
  };
  return [available(ids[0]), available(ids[1]), available(ids[2])];
}

/** Each account is a range of the primary key, read from its end: as fast with a million entries as with ten. */
export async function readStatement(
  prisma: PrismaClient,
  accountIds: readonly AccountId[],
  from: Position,
  limit: number,
): Promise<Page<StatementLine>> {
  const accounts = await Promise.all(
    accountIds.map((accountId, index) =>
      prisma.entry.findMany({
        where: { accountId, seq: { lt: from[index] ?? 0n } },
        orderBy: { seq: 'desc' },
        take: limit + 1,
      }),
    ),
  );
  const { lines, next } = mergePage(accounts, from, limit);
  const journals = await prisma.journal.findMany({
    where: { id: { in: lines.map((line) => line.journalId) } },
    select: { id: true, reason: true, context: true },
  });
  const byId = new Map(journals.map((journal) => [journal.id, journal]));
  return {
    next,
    lines: lines.map((line) => {
      const journal = byId.get(line.journalId);
      if (journal === undefined) throw new Error(`entry ${line.accountId}-${line.seq} has no journal`);
      const { journalId, seq, action, minor, createdAt } = line;
      const { reason, context } = journal;
      const accountId = line.accountId as AccountId;
      return {
        accountId,
        seq,
        journalId,
        action,
        minor,
        balanceAfter: line.balanceAfterMinor,
        reason,
        context,
        createdAt,
      };
    }),
  };
}
