import { CoinRequestScope } from '@fanfare/contracts/economy/v1/coin_requests';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { defineRoute } from './clients.ts';
import { coinRequest, presentCoinRequest, statusField, statusNumber } from './coin-request.ts';

const SCOPES = {
  mine: CoinRequestScope.COIN_REQUEST_SCOPE_UNSPECIFIED,
  seller: CoinRequestScope.COIN_REQUEST_SCOPE_SELLER,
} as const;

export const listCoinRequests = defineRoute({
  method: 'GET',
  path: '/wallet/coin-requests',
  operationId: 'listCoinRequests',
  summary: 'One’s own, or those that one may decide as a seller; newest first',
  access: 'user',
  query: z.object({
    ...fields.paging,
    status: statusField(),
    scope: fields.oneOf(['mine', 'seller']).default('mine'),
  }),
  answer: page(coinRequest),
  run: async ({ clients, call }, { query: { status, scope, ...paging } }) => {
    const request = { scope: SCOPES[scope], status: statusNumber(status), ...paging };
    const { coinRequests, nextCursor } = await clients.economy.call.listCoinRequests(request, call);
    return pageOf(coinRequests, nextCursor, presentCoinRequest);
  },
});

export const listAllCoinRequests = defineRoute({
  method: 'GET',
  path: '/admin/coin-requests',
  operationId: 'listAllCoinRequests',
  summary: 'Everybody’s, newest first',
  access: 'admin',
  query: z.object({ ...fields.paging, status: statusField() }),
  answer: page(coinRequest),
  run: async ({ clients, call }, { query: { status, ...paging } }) => {
    const request = { scope: CoinRequestScope.COIN_REQUEST_SCOPE_ALL, status: statusNumber(status), ...paging };
    const { coinRequests, nextCursor } = await clients.economy.call.listCoinRequests(request, call);
    return pageOf(coinRequests, nextCursor, presentCoinRequest);
  },
});
