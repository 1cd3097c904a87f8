/** A line of a statement. */
import type { Transaction as StatementLine } from '@fanfare/contracts/economy/v1/economy_service';
import { z } from 'zod';
import { asset, assetOf, money, moneyOf, textOrNull, time, timeOf } from '../../present/scalars.ts';
import { contextOf, type JsonObject, metadataOf } from './ledger-context.ts';

export const transaction = z
  .object({
    id: z.string(),
    journalId: z.string(),
    asset,
    action: z.string(),
    amount: money.describe('Signed.'),
    balanceBefore: money,
    balanceAfter: money,
    reason: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    createdAt: time,
  })
  .meta({ id: 'Transaction', description: 'One line of a wallet’s statement.' });

export const presentTransaction = (line: StatementLine): z.output<typeof transaction> => ({
  id: line.id,
  journalId: line.journalId,
  asset: assetOf(line.amount?.currency ?? ''),
  action: line.action,
  amount: moneyOf(line.amount),
  balanceBefore: moneyOf(line.balanceBefore),
  balanceAfter: moneyOf(line.balanceAfter),
  reason: textOrNull(line.reason),
  metadata: publicMetadata(line.action, contextOf(line.metadata)),
  createdAt: timeOf(line.createdAt),
});

/**
 * What both sides of a posting may read of a context without metadata of its own, by how the action begins. What others
 * earned by a gift is their own affair.
 */
const READABLE: readonly (readonly [action: string, names: readonly string[]])[] = [
  ['gift_', ['id', 'roomId', 'senderId', 'giftId', 'quantity', 'comboId', 'comboCount']],
  ['transfer_', ['fromUserId', 'toUserId']],
  ['coin_request', ['coinRequestId', 'userId', 'decidedBy']],
  ['conversion', ['rate', 'from', 'to']],
  // Coins for money. What is bought with points has the action too, and metadata of its own.
  ['purchase', ['paymentId', 'provider', 'providerRef', 'fiat']],
  ['refund', ['paymentId', 'provider', 'providerRef', 'fiat']],
];

function publicMetadata(action: string, context: JsonObject): JsonObject {
  const metadata = metadataOf(context);
  if (metadata !== undefined) return metadata;
  const [, names = []] = READABLE.find(([beginning]) => action.startsWith(beginning)) ?? [];
  return Object.fromEntries(names.map((name) => [name, context[name] ?? null]));
}
