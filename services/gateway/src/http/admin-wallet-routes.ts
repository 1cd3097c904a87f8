/** What administrators do to wallets and see of them. The services check the role themselves and write the audit row. */
import { z } from 'zod';
import { presentPenalty } from '../present/points.ts';
import { balancesOf, currencyOf, idOf } from '../present/scalars.ts';
import { presentAdjustment, presentFloor, presentGrant, presentTransaction } from '../present/wallet.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor } from './call.ts';
import * as fields from './fields.ts';
import * as walletAnswers from './wallet-answers.ts';

const tags = ['admin'];
const moving = { auth: 'admin', movesMoney: true } as const;

const grantBody = fields.object({ asset: fields.asset(), amount: fields.amount(), reason: fields.reason() });

/** The second path is an older one. */
const GRANT_PATHS = [
  { path: '/admin/users/:userId/grants', operationId: 'grantAsset', deprecated: false },
  { path: '/admin/wallets/:userId/grants', operationId: 'grantAssetToWallet', deprecated: true },
];

export const adminGrantRoutes: Routes = (app, { economy }, users) => {
  for (const { path, ...naming } of GRANT_PATHS) {
    app.post(
      path,
      {
        config: moving,
        schema: {
          tags,
          ...naming,
          summary: 'Give a user an asset',
          params: fields.params.userId,
          body: grantBody,
          response: { 201: walletAnswers.grant },
        },
      },
      async (request, reply) => {
        const { asset, amount, reason } = request.body;
        const { userId } = request.params;
        await users.require([userId], callFor(request));
        const command = {
          id: request.commandId,
          userId,
          amount: { currency: currencyOf(asset), minor: amount },
          reason,
        };
        const grant = await economy.call.grant(command, callFor(request));
        reply.code(201);
        return presentGrant(grant);
      },
    );
  }
};

export const adminCorrectionRoutes: Routes = (app, { economy }, users) => {
  app.post(
    '/admin/users/:userId/adjustments',
    {
      config: moving,
      schema: {
        tags,
        operationId: 'adjustBalance',
        summary: 'Correct a balance, either way',
        params: fields.params.userId,
        body: fields.object({ asset: fields.asset(), amount: fields.signedAmount(), reason: fields.reason() }),
        response: { 201: walletAnswers.adjustment },
      },
    },
    async (request, reply) => {
      const { asset, amount, reason } = request.body;
      const { userId } = request.params;
      await users.require([userId], callFor(request));
      const command = { id: request.commandId, userId, amount: { currency: currencyOf(asset), minor: amount }, reason };
      const adjustment = await economy.call.adjust(command, callFor(request));
      reply.code(201);
      return presentAdjustment(adjustment);
    },
  );

  app.post(
    '/admin/users/:userId/penalties',
    {
      config: moving,
      schema: {
        tags,
        operationId: 'penalizeUser',
        summary: 'Take points; what the balance cannot cover becomes debt',
        params: fields.params.userId,
        body: fields.object({ amount: fields.amount(), reason: fields.reason() }),
        response: { 201: walletAnswers.penalty },
      },
    },
    async (request, reply) => {
      const { amount, reason } = request.body;
      const { userId } = request.params;
      await users.require([userId], callFor(request));
      const command = { id: request.commandId, userId, amount: { currency: 'POINT', minor: amount }, reason };
      const penalty = await economy.call.penalize(command, callFor(request));
      reply.code(201);
      return presentPenalty(penalty);
    },
  );
};

/** What may be taken out of a wallet. */
export const adminRestraintRoutes: Routes = (app, { economy }, users) => {
  for (const action of ['freeze', 'unfreeze'] as const) {
    const frozen = action === 'freeze';
    app.post(
      `/admin/users/:userId/wallet/${action}`,
      {
        config: { auth: 'admin' },
        schema: {
          tags,
          operationId: `${action}Wallet`,
          summary: frozen ? 'Let nothing be taken out of a wallet' : 'Let the user spend again',
          params: fields.params.userId,
          body: fields.object({ reason: fields.reason() }),
          response: { 200: walletAnswers.freeze },
        },
      },
      async (request) => {
        const { userId } = request.params;
        await users.require([userId], callFor(request));
        const command = { userId, frozen, reason: request.body.reason };
        const answer = await economy.call.setWalletFrozen(command, callFor(request));
        return { userId: idOf(answer.userId), frozen: answer.frozen };
      },
    );
  }

  app.put(
    '/admin/users/:userId/wallet/floors',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'setFloor',
        summary: 'What must stay in a wallet, of one asset',
        params: fields.params.userId,
        body: fields.object({ asset: fields.asset(), floor: fields.amountOrZero(), reason: fields.reason() }),
        response: { 200: walletAnswers.floor },
      },
    },
    async (request) => {
      const { asset, floor, reason } = request.body;
      const { userId } = request.params;
      await users.require([userId], callFor(request));
      const command = { userId, floor: { currency: currencyOf(asset), minor: floor }, reason };
      return presentFloor(await economy.call.setAccountFloor(command, callFor(request)));
    },
  );
};

export const adminWalletRoutes: Routes = (app, { economy }) => {
  app.get(
    '/admin/users/:userId/wallet',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'getUserWallet',
        summary: 'What a user can spend',
        params: fields.params.userId,
        response: { 200: z.object({ balances: answers.balances }) },
      },
    },
    async (request) => {
      const { balances } = await economy.call.getWallet(request.params, callFor(request));
      return { balances: balancesOf(balances) };
    },
  );

  app.get(
    '/admin/users/:userId/wallet/transactions',
    {
      config: { auth: 'admin' },
      schema: {
        tags,
        operationId: 'listUserTransactions',
        summary: 'A user’s statement, newest first',
        params: fields.params.userId,
        querystring: z.object({ ...fields.paging, asset: fields.asset().optional() }),
        response: { 200: answers.page(walletAnswers.transaction) },
      },
    },
    async (request) => {
      const { asset, ...page } = request.query;
      const { transactions, nextCursor } = await economy.call.listTransactions(
        { ...request.params, currency: asset === undefined ? '' : currencyOf(asset), ...page },
        callFor(request),
      );
      return answers.pageOf(transactions, nextCursor, presentTransaction);
    },
  );
};
