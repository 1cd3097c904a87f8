/** What administrators decide about withdrawals. */
import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { presentWithdrawal, withdrawal } from './withdrawal.ts';

export const payWithdrawal = defineRoute({
  method: 'POST',
  path: '/admin/withdrawals/:withdrawalId/pay',
  operationId: 'payWithdrawal',
  summary: 'The money has been sent: all of it, or a part, and the rest is available again',
  access: 'admin',
  movesMoney: true,
  params: fields.params.withdrawalId,
  body: fields.object({
    amount: fields.amount().nullish(),
    reference: fields.judgedText(4096).meta({ description: 'The payment’s name at the bank or provider.' }),
  }),
  answer: withdrawal,
  run: async ({ clients, call }, { params, body: { amount, reference } }) => {
    // In whichever asset is held.
    const paid = amount == null ? undefined : { currency: '', minor: amount };
    const answer = await clients.economy.call.payWithdrawal({ ...params, amount: paid, reference }, call);
    return present(answer.withdrawal, presentWithdrawal);
  },
});

export const rejectWithdrawal = defineRoute({
  method: 'POST',
  path: '/admin/withdrawals/:withdrawalId/reject',
  operationId: 'rejectWithdrawal',
  summary: 'Nothing is paid; the amount is available again',
  access: 'admin',
  movesMoney: true,
  params: fields.params.withdrawalId,
  body: fields.object({ reason: fields.reason() }),
  answer: withdrawal,
  run: async ({ clients, call }, { params, body }) => {
    const answer = await clients.economy.call.rejectWithdrawal({ ...params, ...body }, call);
    return present(answer.withdrawal, presentWithdrawal);
  },
});
