import * as fields from '../../http/fields.ts';
import { defineRoute } from './clients.ts';
import { penalty, presentPenalty } from './deduction.ts';

export const penalizeUser = defineRoute({
  method: 'POST',
  path: '/admin/users/:userId/penalties',
  operationId: 'penalizeUser',
  summary: 'Take points; what the balance cannot cover becomes debt',
  access: 'admin',
  movesMoney: true,
  params: fields.params.userId,
  body: fields.object({ amount: fields.amount(), reason: fields.reason() }),
  answer: penalty,
  status: 201,
  run: async ({ clients, commandId, call }, { params: { userId }, body: { amount, reason } }) => {
    const command = { id: commandId, userId, amount: { currency: 'POINT', minor: amount }, reason };
    return presentPenalty(await clients.economy.call.penalize(command, call));
  },
});
