import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { coinRequest, presentCoinRequest } from './coin-request.ts';

export const createCoinRequest = defineRoute({
  method: 'POST',
  path: '/wallet/coin-requests',
  operationId: 'createCoinRequest',
  summary: 'Ask for coins: a certain seller, or whoever decides first',
  access: 'user',
  movesMoney: true,
  body: fields.object({
    amount: fields.amount(),
    sellerId: fields.id().nullish(),
    note: fields.judgedText(4096).nullish(),
  }),
  answer: coinRequest,
  status: 201,
  run: async ({ clients, commandId, call }, { body: { amount, sellerId, note } }) => {
    const request = {
      id: commandId,
      amount: { currency: 'COIN', minor: amount },
      sellerId: sellerId ?? 0n,
      note: note ?? '',
    };
    const answer = await clients.economy.call.createCoinRequest(request, call);
    return present(answer.coinRequest, presentCoinRequest);
  },
});
