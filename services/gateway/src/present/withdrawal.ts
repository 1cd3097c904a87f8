import type { Withdrawal, WithdrawalStatus } from '@fanfare/client/wallet-objects';
import {
  WithdrawalStatus as RecordStatus,
  type Withdrawal as WithdrawalRecord,
} from '@fanfare/contracts/economy/v1/withdrawals';
import { assetOf, idOf, moneyOf, nameOf, textOrNull, timeOf, timeOrNull } from './scalars.ts';

export const WITHDRAWAL_STATUSES = {
  pending: RecordStatus.WITHDRAWAL_STATUS_PENDING,
  paid: RecordStatus.WITHDRAWAL_STATUS_PAID,
  rejected: RecordStatus.WITHDRAWAL_STATUS_REJECTED,
  cancelled: RecordStatus.WITHDRAWAL_STATUS_CANCELLED,
  expired: RecordStatus.WITHDRAWAL_STATUS_EXPIRED,
} as const satisfies Record<WithdrawalStatus, RecordStatus>;

export const presentWithdrawal = (withdrawal: WithdrawalRecord): Withdrawal => ({
  id: withdrawal.id,
  userId: idOf(withdrawal.userId),
  asset: assetOf(withdrawal.amount?.currency ?? ''),
  amount: moneyOf(withdrawal.amount),
  paidAmount: moneyOf(withdrawal.paidAmount),
  status: nameOf(WITHDRAWAL_STATUSES, withdrawal.status),
  method: withdrawal.method,
  destination: withdrawal.destination,
  reason: textOrNull(withdrawal.reason),
  createdAt: timeOf(withdrawal.createdAt),
  expiresAt: timeOf(withdrawal.expiresAt),
  resolvedAt: timeOrNull(withdrawal.resolvedAt),
});
