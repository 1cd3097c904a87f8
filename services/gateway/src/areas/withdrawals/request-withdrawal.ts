import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { currencyOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';
import { presentWithdrawal, withdrawal } from './withdrawal.ts';

export const requestWithdrawal = defineRoute({
  method: 'POST',
  path: '/wallet/withdrawals',
  operationId: 'requestWithdrawal',
  summary: 'Ask to be paid for diamonds or points, which are held until somebody decides',
  access: 'user',
  movesMoney: true,
  body: fields.object({
    asset: fields.oneOf(['diamond', 'point']),
    amount: fields.amount(),
    method: fields.judgedText(1024).meta({ description: 'How to pay: bank, paypal, ...' }),
    destination: fields.judgedText(4096).meta({ description: 'Where to: an account, an address.' }),
  }),
  answer: withdrawal,
  status: 201,
  run: async ({ clients, commandId, call }, { body: { asset, amount, ...rest } }) => {
    const request = { id: commandId, amount: { currency: currencyOf(asset), minor: amount }, ...rest };
    const answer = await clients.economy.call.requestWithdrawal(request, call);
    return present(answer.withdrawal, presentWithdrawal);
  },
});

export const cancelWithdrawal = defineRoute({
  method: 'POST',
  path: '/wallet/withdrawals/:withdrawalId/cancel',
  operationId: 'cancelWithdrawal',
  summary: 'Take back what nobody has decided yet',
  access: 'user',
  movesMoney: true,
  params: fields.params.withdrawalId,
  answer: withdrawal,
  run: async ({ clients, call }, { params }) => {
    const answer = await clients.economy.call.cancelWithdrawal(params, call);
    return present(answer.withdrawal, presentWithdrawal);
  },
});
