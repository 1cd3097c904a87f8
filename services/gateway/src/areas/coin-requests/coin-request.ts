/** Somebody's request to be given coins. */
import {
  type CoinRequest as CoinRequestRecord,
  CoinRequestStatus as RecordStatus,
} from '@fanfare/contracts/economy/v1/coin_requests';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import {
  id,
  idOf,
  idUnlessZero,
  money,
  moneyOf,
  nameOf,
  textOrNull,
  time,
  timeOf,
  timeOrNull,
} from '../../present/scalars.ts';

const STATUSES = ['pending', 'approved', 'rejected'] as const;

type Status = (typeof STATUSES)[number];

export const coinRequest = z
  .object({
    id: z.string(),
    userId: id,
    amount: money,
    sellerId: id.nullable().describe('The only seller who may decide, or null for any.'),
    note: z.string().nullable(),
    status: z.enum(STATUSES).meta({ id: 'CoinRequestStatus' }),
    decidedBy: id.nullable(),
    reason: z.string().nullable().describe('Why it was rejected.'),
    createdAt: time,
    decidedAt: time.nullable(),
  })
  .meta({ id: 'CoinRequest', description: 'A user asks for coins; an administrator or a coin seller decides.' });

const NUMBERS = {
  pending: RecordStatus.COIN_REQUEST_STATUS_PENDING,
  approved: RecordStatus.COIN_REQUEST_STATUS_APPROVED,
  rejected: RecordStatus.COIN_REQUEST_STATUS_REJECTED,
} as const satisfies Record<Status, RecordStatus>;

export const presentCoinRequest = (record: CoinRequestRecord): z.output<typeof coinRequest> => ({
  id: record.id,
  userId: idOf(record.userId),
  amount: moneyOf(record.amount),
  sellerId: idUnlessZero(record.sellerId),
  note: textOrNull(record.note),
  status: nameOf(NUMBERS, record.status),
  decidedBy: idUnlessZero(record.decidedBy),
  reason: textOrNull(record.reason),
  createdAt: timeOf(record.createdAt),
  decidedAt: timeOrNull(record.decidedAt),
});

/** In a query. */
export const statusField = () => fields.oneOf(STATUSES).optional();

/** Of a status that was asked for; 0 for any. */
export const statusNumber = (wanted: Status | undefined): RecordStatus => (wanted === undefined ? 0 : NUMBERS[wanted]);
