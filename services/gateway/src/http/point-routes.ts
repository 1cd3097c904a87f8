import { presentDeduction, presentPointItem } from '../present/points.ts';
import { balancesOf } from '../present/scalars.ts';
import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import * as fields from './fields.ts';
import * as walletAnswers from './wallet-answers.ts';

const tags = ['points'];

/** @param currencyName what the platform calls its points */
export const pointRoutes =
  (currencyName: string): Routes =>
  (app, { economy }) => {
    app.get(
      '/wallet/points',
      {
        schema: {
          tags,
          operationId: 'getPoints',
          summary: 'What points one can spend, and what they are called',
          response: { 200: walletAnswers.points },
        },
      },
      async (request) => {
        const { userId } = principalOf(request);
        const { balances } = await economy.call.getWallet({ userId }, callFor(request));
        return { balance: balancesOf(balances).point, currencyName };
      },
    );

    app.get(
      '/wallet/points/items',
      {
        schema: {
          tags,
          operationId: 'listPointItems',
          summary: 'What points can buy',
          response: { 200: answers.page(walletAnswers.pointItem) },
        },
      },
      async (request) => {
        const { items } = await economy.call.listPointItems({ includeInactive: false }, callFor(request));
        return answers.pageOf(items, '', presentPointItem);
      },
    );
  };

export const pointSpendingRoutes: Routes = (app, { economy }, users) => {
  const config = { movesMoney: true };
  const response = { 201: walletAnswers.deduction };

  app.post(
    '/wallet/points/purchases',
    {
      config,
      schema: {
        tags,
        operationId: 'purchaseWithPoints',
        summary: 'Buy an item',
        body: fields.object({ itemId: fields.opaqueId() }),
        response,
      },
    },
    async (request, reply) => {
      const command = { id: request.commandId, ...request.body };
      const answer = await economy.call.purchaseWithPoints(command, callFor(request));
      reply.code(201);
      return presentDeduction(answer);
    },
  );

  app.post(
    '/wallet/points/boosts',
    {
      config,
      schema: {
        tags,
        operationId: 'boostVideo',
        summary: 'Boost a video',
        body: fields.object({ videoId: fields.opaqueId() }),
        response,
      },
    },
    async (request, reply) => {
      const command = { id: request.commandId, ...request.body };
      const answer = await economy.call.boostVideo(command, callFor(request));
      reply.code(201);
      return presentDeduction(answer);
    },
  );

  app.post(
    '/wallet/points/gifts',
    {
      config,
      schema: {
        tags,
        operationId: 'giftPoints',
        summary: 'Give points to another user',
        body: fields.object({ toUserId: fields.id(), amount: fields.amount() }),
        response,
      },
    },
    async (request, reply) => {
      const { toUserId, amount } = request.body;
      await users.require([toUserId], callFor(request));
      const command = { id: request.commandId, toUserId, amount: { currency: 'POINT', minor: amount } };
      const answer = await economy.call.giftPoints(command, callFor(request));
      reply.code(201);
      return presentDeduction(answer);
    },
  );
};

export const adminPointItemRoutes: Routes = (app, { economy }) => {
  app.put(
    '/admin/point-items/:itemId',
    {
      config: { auth: 'admin' },
      schema: {
        tags: ['admin'],
        operationId: 'setPointItem',
        summary: 'Add an item that points can buy, or change it',
        params: fields.params.itemId,
        body: fields.object({ name: fields.text(1, 100), price: fields.amount(), isActive: fields.flag() }),
        response: { 200: walletAnswers.pointItem },
      },
    },
    async (request) => {
      const { name, price, isActive } = request.body;
      const { item } = await economy.call.setPointItem(
        { item: { id: request.params.itemId, name, price: { currency: 'POINT', minor: price }, isActive } },
        callFor(request),
      );
      return present(item, presentPointItem);
    },
  );

  app.get(
    '/admin/point-items',
    {
      config: { auth: 'admin' },
      schema: {
        tags: ['admin'],
        operationId: 'listAllPointItems',
        summary: 'Items, those that are not for sale too',
        response: { 200: answers.page(walletAnswers.pointItem) },
      },
    },
    async (request) => {
      const { items } = await economy.call.listPointItems({ includeInactive: true }, callFor(request));
      return answers.pageOf(items, '', presentPointItem);
    },
  );
};
