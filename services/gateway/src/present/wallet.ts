import type { Adjustment, Conversion, Grant, Transaction, Transfer, WalletFloor } from '@fanfare/client/wallet-objects';
import type {
  AdjustResponse,
  ConvertResponse,
  GrantResponse,
  SetAccountFloorResponse,
  Transaction as StatementLine,
  TransferResponse,
} from '@fanfare/contracts/economy/v1/economy_service';
import { contextOf, type JsonObject, metadataOf } from './ledger-context.ts';
import { assetOf, idOf, moneyOf, textOrNull, timeOf } from './scalars.ts';

export const presentTransaction = (line: StatementLine): Transaction => ({
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

export const presentAdjustment = (adjustment: AdjustResponse): Adjustment => ({
  ...presentGrant(adjustment),
  balance: moneyOf(adjustment.balance),
});

export const presentFloor = ({ userId, floor }: SetAccountFloorResponse): WalletFloor => ({
  userId: idOf(userId),
  asset: assetOf(floor?.currency ?? ''),
  floor: moneyOf(floor),
});

export const presentConversion = ({ id, from, to, createdAt }: ConvertResponse): Conversion => ({
  id,
  from: { asset: assetOf(from?.currency ?? ''), amount: moneyOf(from) },
  to: { asset: assetOf(to?.currency ?? ''), amount: moneyOf(to) },
  createdAt: timeOf(createdAt),
});
