/** For sellers, and for administrators: who may, the service decides. */
import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { coinRequest, presentCoinRequest } from './coin-request.ts';

export const approveCoinRequest = defineRoute({
  method: 'POST',
  path: '/wallet/coin-requests/:requestId/approve',
  operationId: 'approveCoinRequest',
  summary: 'Give what was asked for: a seller out of their own wallet',
  access: 'user',
  movesMoney: true,
  params: fields.params.requestId,
  answer: coinRequest,
  run: async ({ clients, call }, { params }) => {
    const answer = await clients.economy.call.approveCoinRequest({ coinRequestId: params.requestId }, call);
    return present(answer.coinRequest, presentCoinRequest);
  },
});

export const rejectCoinRequest = defineRoute({
  method: 'POST',
  path: '/wallet/coin-requests/:requestId/reject',
  operationId: 'rejectCoinRequest',
  summary: 'Say no, and why',
  access: 'user',
  movesMoney: true,
  params: fields.params.requestId,
  body: fields.object({ reason: fields.reason() }),
  answer: coinRequest,
  run: async ({ clients, call }, { params, body }) => {
    const answer = await clients.economy.call.rejectCoinRequest({ coinRequestId: params.requestId, ...body }, call);
    return present(answer.coinRequest, presentCoinRequest);
  },
});
