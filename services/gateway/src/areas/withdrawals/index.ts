/** Being paid for what one has earned. */
import { defineArea } from '../../area.ts';
import { clients } from './clients.ts';
import { listAllWithdrawals, listWithdrawals } from './list-withdrawals.ts';
import { cancelWithdrawal, requestWithdrawal } from './request-withdrawal.ts';
import { payWithdrawal, rejectWithdrawal } from './resolve-withdrawal.ts';

export const withdrawals = defineArea({
  name: 'withdrawals',
  clients,
  routes: [
    ...[requestWithdrawal, listWithdrawals, cancelWithdrawal],
    ...[listAllWithdrawals, payWithdrawal, rejectWithdrawal],
  ],
});
