/** Diamonds or points that somebody wants to be paid for; they are held until it is decided. */
import {
  WithdrawalStatus as RecordStatus,
  type Withdrawal as WithdrawalRecord,
} from '@fanfare/contracts/economy/v1/withdrawals';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import {
  asset,
  assetOf,
  id,
  idOf,
  money,
  moneyOf,
  nameOf,
  textOrNull,
  time,
  timeOf,
  timeOrNull,
} from '../../present/scalars.ts';

const STATUSES = ['pending', 'paid', 'rejected', 'cancelled', 'expired'] as const;

type Status = (typeof STATUSES)[number];

export const withdrawal = z
  .object({
    id: z.string(),
    userId: id,
    asset,
    amount: money,
    paidAmount: money.describe('Zero unless it was paid; what is left of `amount` is available again.'),
    status: z.enum(STATUSES).meta({ id: 'WithdrawalStatus' }),
    method: z.string(),
    destination: z.string(),
    reason: z.string().nullable().describe('Why it was rejected.'),
    createdAt: time,
    expiresAt: time,
    resolvedAt: time.nullable(),
  })
  .meta({ id: 'Withdrawal', description: 'While it is pending its amount is held: still owned, not available.' });

const NUMBERS = {
  pending: RecordStatus.WITHDRAWAL_STATUS_PENDING,
  paid: RecordStatus.WITHDRAWAL_STATUS_PAID,
  rejected: RecordStatus.WITHDRAWAL_STATUS_REJECTED,
  cancelled: RecordStatus.WITHDRAWAL_STATUS_CANCELLED,
  expired: RecordStatus.WITHDRAWAL_STATUS_EXPIRED,
} as const satisfies Record<Status, RecordStatus>;

export const presentWithdrawal = (record: WithdrawalRecord): z.output<typeof withdrawal> => ({
  id: record.id,
  userId: idOf(record.userId),
  asset: assetOf(record.amount?.currency ?? ''),
  amount: moneyOf(record.amount),
  paidAmount: moneyOf(record.paidAmount),
  status: nameOf(NUMBERS, record.status),
  method: record.method,
  destination: record.destination,
  reason: textOrNull(record.reason),
  createdAt: timeOf(record.createdAt),
  expiresAt: timeOf(record.expiresAt),
  resolvedAt: timeOrNull(record.resolvedAt),
});

/** In a query. */
export const statusField = () => fields.oneOf(STATUSES).optional();

/** Of a status that was asked for; 0 for any. */
export const statusNumber = (wanted: Status | undefined): RecordStatus => (wanted === undefined ? 0 : NUMBERS[wanted]);
