import type { Grant, Transaction, Transfer } from '@fanfare/client/objects';
import type {
  GrantResponse,
  Transaction as StatementLine,
  TransferResponse,
} from '@fanfare/contracts/economy/v1/economy_service';
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
  metadata: publicMetadata(line.action, metadataOf(line.metadata)),
  createdAt: timeOf(line.createdAt),
});

/** What of a gift its sender and its recipients may both read; what others earned by it is their own affair. */
const GIFT_METADATA = ['id', 'roomId', 'senderId', 'giftId', 'quantity', 'comboId', 'comboCount'] as const;

function publicMetadata(action: string, metadata: Record<string, unknown>): Record<string, unknown> {
  if (!action.startsWith('gift_')) return metadata;
  return Object.fromEntries(GIFT_METADATA.map((name) => [name, metadata[name] ?? null]));
}

/** The ledger keeps the context of a command as JSON text, or none. */
function metadataOf(text: string): Record<string, unknown> {
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('metadata is no object');
  return value as Record<string, unknown>;
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
