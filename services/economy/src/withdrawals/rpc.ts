/** Withdrawals: asked for by users, decided by administrators. */
import type { Money } from '@fanfare/contracts/common/v1/money';
import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import {
  type ListWithdrawalsRequest,
  type Withdrawal as WireWithdrawal,
  WithdrawalStatus,
} from '@fanfare/contracts/economy/v1/withdrawals';
import { type Caller, commonErrors, type Handlers, hasRole, invalid, requireRole, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { formatMoney } from '../format.ts';
import { type AccountId, currencyOf, userAccount } from '../ledger/accounts.ts';
import { limitOf, pageOf, placeOf } from '../page.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseUserId, UUID } from '../parse-request.ts';
import { requestWithdrawal } from './request-withdrawal.ts';
import { cancelWithdrawal, payWithdrawal, rejectWithdrawal } from './resolve-withdrawal.ts';
import type { Payment, WithdrawalStatus as Status, Withdrawal } from './withdrawal.ts';
import { listWithdrawals } from './withdrawal-store.ts';

type Rpcs = 'requestWithdrawal' | 'listWithdrawals' | 'cancelWithdrawal' | 'payWithdrawal' | 'rejectWithdrawal';

export const withdrawalHandlers = ({
  engine,
  database: sql,
  config,
}: Deps): Pick<Handlers<typeof EconomyServiceService>, Rpcs> => {
  const rules = { minMinor: config.WITHDRAWAL_MIN, holdDays: config.WITHDRAWAL_HOLD_DAYS };
  return {
    requestWithdrawal: async (request, call) => {
      const withdrawal = await requestWithdrawal({ engine, sql, rules }, request, call);
      return { withdrawal: formatWithdrawal(withdrawal) };
    },

    listWithdrawals: async (request, { caller }) => {
      const limit = limitOf(request.limit);
      const asked = {
        accountIds: accountsOf(caller, request),
        status: parseStatus(request.status),
        behind: placeOf(request.cursor, UUID),
        // One more than asked for tells whether there is a next page.
        limit: limit + 1,
      };
      const { items, nextCursor } = pageOf(await listWithdrawals(sql, asked), limit);
      return { withdrawals: items.map(formatWithdrawal), nextCursor };
    },

    cancelWithdrawal: async ({ withdrawalId }, call) => {
      return { withdrawal: formatWithdrawal(await cancelWithdrawal({ engine, sql }, withdrawalId, call)) };
    },

    payWithdrawal: async ({ withdrawalId, amount, reference }, call) => {
      const request = { id: withdrawalId, amount: parsePayment(amount), reference };
      return { withdrawal: formatWithdrawal(await payWithdrawal({ engine, sql }, request, call)) };
    },

    rejectWithdrawal: async ({ withdrawalId, reason }, call) => {
      const request = { id: withdrawalId, reason };
      return { withdrawal: formatWithdrawal(await rejectWithdrawal({ engine, sql }, request, call)) };
    },
  };
};

/** Null: all that is held. An amount without a currency is in that of the hold. */
function parsePayment(amount: Money | undefined): Payment | null {
  if (amount === undefined) return null;
  if (amount.currency !== '') return parseAmount(amount);
  const { minor } = parseAmount({ ...amount, currency: 'POINT' });
  return { currency: null, minor };
}

/** Null: everybody's. */
function accountsOf(caller: Caller, { userId }: ListWithdrawalsRequest): readonly AccountId[] | null {
  if (userId === 0n) {
    requireRole(caller, 'admin');
    return null;
  }
  parseUserId('userId', userId);
  if (!hasRole(caller, 'admin') && requireUser(caller) !== userId) throw commonErrors.FORBIDDEN();
  return [userAccount(userId, 'DIAMOND'), userAccount(userId, 'POINT')];
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
function parseStatus(wire: WithdrawalStatus): Status | null {
  if (wire === WithdrawalStatus.WITHDRAWAL_STATUS_UNSPECIFIED) return null;
  const status = STATUSES.find((each) => WIRE_STATUS[each] === wire);
  if (status === undefined) throw invalid('status', `must be one of ${STATUSES.join(', ')}`);
  return status;
}

function formatWithdrawal(withdrawal: Withdrawal): WireWithdrawal {
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
