/** From messages of the wire to what the commands of withdrawals take, and back. Pure. */
import type { Money } from '@fanfare/contracts/common/v1/money';
import {
  type CancelWithdrawalRequest,
  type PayWithdrawalRequest,
  type RejectWithdrawalRequest,
  type RequestWithdrawalRequest,
  type Withdrawal as WireWithdrawal,
  WithdrawalStatus,
} from '@fanfare/contracts/economy/v1/withdrawals';
import { invalid } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { formatMoney } from '../format.ts';
import { currencyOf } from '../ledger/accounts.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseClientId, parseReason, UUID } from '../parse-request.ts';
import type { WithdrawalInput } from './request-withdrawal.ts';
import type { CancelInput, PayInput, RejectInput } from './resolve-withdrawal.ts';
import {
  type Payment,
  parseReference,
  parseWithdrawal,
  type WithdrawalStatus as Status,
  type Withdrawal,
} from './withdrawal.ts';

/** @throws AppError (invalid), as all of these do, naming the first field that is wrong */
export const parseRequest = ({ id, amount, method, destination }: RequestWithdrawalRequest): WithdrawalInput => ({
  id: parseClientId(id),
  ...parseWithdrawal(parseAmount(amount), method, destination),
});

export const parseCancel = ({ withdrawalId }: CancelWithdrawalRequest): CancelInput => ({
  withdrawalId: parseWithdrawalId(withdrawalId),
});

export const parsePay = ({ withdrawalId, amount, reference }: PayWithdrawalRequest): PayInput => ({
  withdrawalId: parseWithdrawalId(withdrawalId),
  amount: parsePayment(amount),
  reference: parseReference(reference),
});

export const parseReject = ({ withdrawalId, reason }: RejectWithdrawalRequest): RejectInput => ({
  withdrawalId: parseWithdrawalId(withdrawalId),
  reason: parseReason(reason),
});

/** @throws WITHDRAWAL_NOT_FOUND: an id that no withdrawal can have */
function parseWithdrawalId(id: string): string {
  if (!UUID.test(id)) throw errors.WITHDRAWAL_NOT_FOUND();
  return id;
}

/** Null: all that is held. An amount without a currency is in that of the hold. */
function parsePayment(amount: Money | undefined): Payment | null {
  if (amount === undefined) return null;
  if (amount.currency !== '') return parseAmount(amount);
  const { minor } = parseAmount({ ...amount, currency: 'POINT' });
  return { currency: null, minor };
}

const WIRE_STATUS = {
  pending: WithdrawalStatus.WITHDRAWAL_STATUS_PENDING,
  paid: WithdrawalStatus.WITHDRAWAL_STATUS_PAID,
  rejected: WithdrawalStatus.WITHDRAWAL_STATUS_REJECTED,
  cancelled: WithdrawalStatus.WITHDRAWAL_STATUS_CANCELLED,
  expired: WithdrawalStatus.WITHDRAWAL_STATUS_EXPIRED,
} as const satisfies Record<Status, WithdrawalStatus>;

const STATUSES = Object.keys(WIRE_STATUS) as Status[];

/** Null: any. */
export function parseStatus(wire: WithdrawalStatus): Status | null {
  if (wire === WithdrawalStatus.WITHDRAWAL_STATUS_UNSPECIFIED) return null;
  const status = STATUSES.find((each) => WIRE_STATUS[each] === wire);
  if (status === undefined) throw invalid('status', `must be one of ${STATUSES.join(', ')}`);
  return status;
}

export function formatWithdrawal(withdrawal: Withdrawal): WireWithdrawal {
  const currency = currencyOf(withdrawal.accountId);
  return {
    id: withdrawal.id,
    userId: withdrawal.userId,
    amount: formatMoney(currency, withdrawal.minor),
    paidAmount: formatMoney(currency, withdrawal.paidMinor),
    status: WIRE_STATUS[withdrawal.status],
    method: withdrawal.method,
    destination: withdrawal.destination,
    reason: withdrawal.reason,
    createdAt: withdrawal.createdAt,
    expiresAt: withdrawal.expiresAt,
    resolvedAt: withdrawal.resolvedAt ?? undefined,
  };
}
