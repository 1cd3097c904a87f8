import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { type Caller, commonErrors, type Handlers, hasRole, requireRole, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type AccountId, userAccount } from '../ledger/accounts.ts';
import { limitOf, pageOf, placeOf } from '../page.ts';
import { parseUserId, UUID } from '../parse-request.ts';
import { requestWithdrawal } from './request-withdrawal.ts';
import { cancelWithdrawal, payWithdrawal, rejectWithdrawal } from './resolve-withdrawal.ts';
import { formatWithdrawal, parseCancel, parsePay, parseReject, parseRequest, parseStatus } from './wire.ts';
import { listWithdrawals } from './withdrawal-store.ts';

export const withdrawalHandlers = (deps: Deps) =>
  ({
    requestWithdrawal: async (request, call) => ({
      withdrawal: formatWithdrawal(await requestWithdrawal(deps, call, parseRequest(request))),
    }),

    listWithdrawals: async (request, { caller }) => {
      const limit = limitOf(request.limit);
      const asked = {
        accountIds: accountsOf(caller, request.userId),
        status: parseStatus(request.status),
        behind: placeOf(request.cursor, UUID),
        // One more than asked for tells whether there is a next page.
        limit: limit + 1,
      };
      const { items, nextCursor } = pageOf(await listWithdrawals(deps.database, asked), limit);
      return { withdrawals: items.map(formatWithdrawal), nextCursor };
    },

    cancelWithdrawal: async (request, call) => ({
      withdrawal: formatWithdrawal(await cancelWithdrawal(deps, call, parseCancel(request))),
    }),

    payWithdrawal: async (request, call) => ({
      withdrawal: formatWithdrawal(await payWithdrawal(deps, call, parsePay(request))),
    }),

    rejectWithdrawal: async (request, call) => ({
      withdrawal: formatWithdrawal(await rejectWithdrawal(deps, call, parseReject(request))),
    }),
  }) satisfies Partial<Handlers<typeof EconomyServiceService>>;

/** Null: everybody's, which is for administrators. */
function accountsOf(caller: Caller, userId: bigint): readonly AccountId[] | null {
  if (userId === 0n) {
    requireRole(caller, 'admin');
    return null;
  }
  parseUserId('userId', userId);
  if (!hasRole(caller, 'admin') && requireUser(caller) !== userId) throw commonErrors.FORBIDDEN();
  return [userAccount(userId, 'DIAMOND'), userAccount(userId, 'POINT')];
}
