import type { CoinRequestStatus } from '@fanfare/client/wallet-objects';
import { CoinRequestScope } from '@fanfare/contracts/economy/v1/coin_requests';
import { z } from 'zod';
import { COIN_REQUEST_STATUSES, presentCoinRequest } from '../present/coin-request.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import * as fields from './fields.ts';
import * as walletAnswers from './wallet-answers.ts';

const tags = ['coin requests'];

const SCOPES = {
  mine: CoinRequestScope.COIN_REQUEST_SCOPE_UNSPECIFIED,
  seller: CoinRequestScope.COIN_REQUEST_SCOPE_SELLER,
} as const;

const status = () => fields.oneOf(['pending', 'approved', 'rejected'] satisfies CoinRequestStatus[]);

/** Asking for coins, and what became of it. */
export const coinRequestRoutes: Routes = (app, { economy }) => {
  app.post(
    '/wallet/coin-requests',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'createCoinRequest',
        summary: 'Ask for coins: a certain seller, or whoever decides first',
        body: fields.object({
          amount: fields.amount(),
          sellerId: fields.id().nullish(),
          note: fields.judgedText(4096).nullish(),
        }),
        response: { 201: walletAnswers.coinRequest },
      },
    },
    async (request, reply) => {
      const { amount, sellerId, note } = request.body;
      const { coinRequest } = await economy.call.createCoinRequest(
        {
          id: request.commandId,
          amount: { currency: 'COIN', minor: amount },
          sellerId: sellerId ?? 0n,
          note: note ?? '',
        },
        callFor(request),
      );
      reply.code(201);
      return present(coinRequest, presentCoinRequest);
    },
  );

  app.get(
    '/wallet/coin-requests',
    {
      schema: {
        tags,
        operationId: 'listCoinRequests',
        summary: 'One’s own, or those that one may decide as a seller; newest first',
        querystring: z.object({
          ...fields.paging,
          status: status().optional(),
          scope: fields.oneOf(['mine', 'seller']).default('mine'),
        }),
        response: { 200: answers.page(walletAnswers.coinRequest) },
      },
    },
    async (request) => {
      const { status: wanted, scope, ...page } = request.query;
      const { coinRequests, nextCursor } = await economy.call.listCoinRequests(
        { scope: SCOPES[scope], status: numberOf(wanted), ...page },
        callFor(request),
      );
      return answers.pageOf(coinRequests, nextCursor, presentCoinRequest);
    },
  );
};

/** For sellers, and for administrators: who may, the service decides. */
export const coinRequestDecisionRoutes: Routes = (app, { economy }) => {
  app.post(
    '/wallet/coin-requests/:requestId/approve',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'approveCoinRequest',
        summary: 'Give what was asked for: a seller out of their own wallet',
        params: fields.params.requestId,
        response: { 200: walletAnswers.coinRequest },
      },
    },
    async (request) => {
      const { coinRequest } = await economy.call.approveCoinRequest(
        { coinRequestId: request.params.requestId },
        callFor(request),
      );
      return present(coinRequest, presentCoinRequest);
    },
  );

  app.post(
    '/wallet/coin-requests/:requestId/reject',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'rejectCoinRequest',
        summary: 'Say no, and why',
        params: fields.params.requestId,
        body: fields.object({ reason: fields.reason() }),
        response: { 200: walletAnswers.coinRequest },
      },
    },
    async (request) => {
      const { coinRequest } = await economy.call.rejectCoinRequest(
        { coinRequestId: request.params.requestId, reason: request.body.reason },
        callFor(request),
      );
      return present(coinRequest, presentCoinRequest);
    },
  );
};

export const adminCoinRequestRoutes: Routes = (app, { economy }) => {
  app.get(
    '/admin/coin-requests',
    {
      config: { auth: 'admin' },
      schema: {
        tags: ['admin'],
        operationId: 'listAllCoinRequests',
        summary: 'Everybody’s, newest first',
        querystring: z.object({ ...fields.paging, status: status().optional() }),
        response: { 200: answers.page(walletAnswers.coinRequest) },
      },
    },
    async (request) => {
      const { status: wanted, ...page } = request.query;
      const { coinRequests, nextCursor } = await economy.call.listCoinRequests(
        { scope: CoinRequestScope.COIN_REQUEST_SCOPE_ALL, status: numberOf(wanted), ...page },
        callFor(request),
      );
      return answers.pageOf(coinRequests, nextCursor, presentCoinRequest);
    },
  );
};

/** 0 for any. */
const numberOf = (wanted: CoinRequestStatus | undefined) => (wanted === undefined ? 0 : COIN_REQUEST_STATUSES[wanted]);
