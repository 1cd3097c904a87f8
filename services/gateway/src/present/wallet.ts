import type { Grant, Transaction, Transfer } from '@fanfare/client/objects';
import type {
  GrantResponse,
  Transaction as StatementLine,
  TransferResponse,
} from '@fanfare/contracts/economy/v1/economy_service';
import { contextOf, type JsonObject, metadataOf } from './ledger-context.ts';
import { assetOf, idOf, moneyOf, timeOf } from './scalars.ts';

export const presentTransaction = (line: StatementLine): Transaction => ({
  id: line.id,
  journalId: line.journalId,
  asset: assetOf(line.amount?.currency ?? ''),
  action: line.action,
  amount: moneyOf(line.amount),
  balanceBefore: moneyOf(line.balanceBefore),
  balanceAfter: moneyOf(line.balanceAfter),
  reason: line.reason === '' ? null : line.reason,
  metadata: publicMetadata(line.action, contextOf(line.metadata)),
  createdAt: timeOf(line.createdAt),
});

/** What of a gift its sender and its recipients may both read; what others earned by it is their own affair. */
const GIFT_METADATA = ['id', 'roomId', 'senderId', 'giftId', 'quantity', 'comboId', 'comboCount'] as const;
const TRANSFER_METADATA = ['fromUserId', 'toUserId'] as const;

/** Gifts and transfers are their own metadata. */
function publicMetadata(action: string, context: JsonObject): JsonObject {
  const metadata = metadataOf(context);
  if (metadata !== undefined) return metadata;
  const names = action.startsWith('gift_') ? GIFT_METADATA : action.startsWith('transfer_') ? TRANSFER_METADATA : [];
  return Object.fromEntries(names.map((name) => [name, context[name] ?? null]));
}

export const presentTransfer = (transfer: TransferResponse): Transfer => ({
  id: transfer.id,
  fromUserId: idOf(transfer.fromUserId),
  toUserId: idOf(transfer.toUserId),
  amount: moneyOf(transfer.amount),
  createdAt: timeOf(transfer.createdAt),
});

export const presentGrant = (grant: GrantResponse): Grant => ({
  id: grant.id,
  userId: idOf(grant.userId),
  asset: assetOf(grant.amount?.currency ?? ''),
  amount: moneyOf(grant.amount),
  reason: grant.reason,
  createdAt: timeOf(grant.createdAt),
});
