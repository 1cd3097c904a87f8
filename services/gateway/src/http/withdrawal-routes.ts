import type { WithdrawalStatus } from '@fanfare/client/wallet-objects';
import { z } from 'zod';
import { currencyOf } from '../present/scalars.ts';
import { presentWithdrawal, WITHDRAWAL_STATUSES } from '../present/withdrawal.ts';
import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import * as fields from './fields.ts';
import * as walletAnswers from './wallet-answers.ts';

const tags = ['withdrawals'];

const STATUSES = ['pending', 'paid', 'rejected', 'cancelled', 'expired'] as const satisfies WithdrawalStatus[];
const filters = { ...fields.paging, status: fields.oneOf(STATUSES).optional() };

export const withdrawalRoutes: Routes = (app, { economy }) => {
  app.post(
    '/wallet/withdrawals',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'requestWithdrawal',
        summary: 'Ask to be paid for diamonds or points, which are held until somebody decides',
        body: fields.object({
          asset: fields.oneOf(['diamond', 'point']),
          amount: fields.amount(),
          method: fields.judgedText(1024).meta({ description: 'How to pay: bank, paypal, ...' }),
          destination: fields.judgedText(4096).meta({ description: 'Where to: an account, an address.' }),
        }),
        response: { 201: walletAnswers.withdrawal },
      },
    },
    async (request, reply) => {
      const { asset, amount, ...rest } = request.body;
      const { withdrawal } = await economy.call.requestWithdrawal(
        { id: request.commandId, amount: { currency: currencyOf(asset), minor: amount }, ...rest },
        callFor(request),
      );
      reply.code(201);
      return present(withdrawal, presentWithdrawal);
    },
  );

  app.get(
    '/wallet/withdrawals',
    {
      schema: {
        tags,
        operationId: 'listWithdrawals',
        summary: 'One’s own, newest first',
        querystring: z.object(filters),
        response: { 200: answers.page(walletAnswers.withdrawal) },
      },
    },
    async (request) => {
      const { status, ...page } = request.query;
      const { withdrawals, nextCursor } = await economy.call.listWithdrawals(
        { userId: principalOf(request).userId, status: numberOf(status), ...page },
        callFor(request),
      );
      return answers.pageOf(withdrawals, nextCursor, presentWithdrawal);
    },
  );

  app.post(
    '/wallet/withdrawals/:withdrawalId/cancel',
    {
      config: { movesMoney: true },
      schema: {
        tags,
        operationId: 'cancelWithdrawal',
        summary: 'Take back what nobody has decided yet',
        params: fields.params.withdrawalId,
        response: { 200: walletAnswers.withdrawal },
      },
    },
    async (request) => {
      const { withdrawal } = await economy.call.cancelWithdrawal(request.params, callFor(request));
      return present(withdrawal, presentWithdrawal);
    },
  );
};

export const adminWithdrawalRoutes: Routes = (app, { economy }) => {
  app.get(
    '/admin/withdrawals',
    {
      config: { auth: 'admin' },
      schema: {
        tags: ['admin'],
        operationId: 'listAllWithdrawals',
        summary: 'Everybody’s or one user’s, newest first',
        querystring: z.object({ ...filters, userId: fields.idText().optional() }),
        response: { 200: answers.page(walletAnswers.withdrawal) },
      },
    },
    async (request) => {
      const { status, userId, ...page } = request.query;
      const { withdrawals, nextCursor } = await economy.call.listWithdrawals(
        { userId: userId ?? 0n, status: numberOf(status), ...page },
        callFor(request),
      );
      return answers.pageOf(withdrawals, nextCursor, presentWithdrawal);
    },
  );
};

export const withdrawalDecisionRoutes: Routes = (app, { economy }) => {
  app.post(
    '/admin/withdrawals/:withdrawalId/pay',
    {
      config: { auth: 'admin', movesMoney: true },
      schema: {
        tags: ['admin'],
        operationId: 'payWithdrawal',
        summary: 'The money has been sent: all of it, or a part, and the rest is available again',
        params: fields.params.withdrawalId,
        body: fields.object({
          amount: fields.amount().nullish(),
          reference: fields.judgedText(4096).meta({ description: 'The payment’s name at the bank or provider.' }),
        }),
        response: { 200: walletAnswers.withdrawal },
      },
    },
    async (request) => {
      const { amount, reference } = request.body;
      const { withdrawalId } = request.params;
      const { withdrawal } = await economy.call.payWithdrawal(
        // In whichever asset is held.
        { withdrawalId, amount: amount == null ? undefined : { currency: '', minor: amount }, reference },
        callFor(request),
      );
      return present(withdrawal, presentWithdrawal);
    },
  );

  app.post(
    '/admin/withdrawals/:withdrawalId/reject',
    {
      config: { auth: 'admin', movesMoney: true },
      schema: {
        tags: ['admin'],
        operationId: 'rejectWithdrawal',
        summary: 'Nothing is paid; the amount is available again',
        params: fields.params.withdrawalId,
        body: fields.object({ reason: fields.reason() }),
        response: { 200: walletAnswers.withdrawal },
      },
    },
    async (request) => {
      const { withdrawal } = await economy.call.rejectWithdrawal(
        { ...request.params, ...request.body },
        callFor(request),
      );
      return present(withdrawal, presentWithdrawal);
    },
  );
};

/** 0 for any. */
const numberOf = (wanted: WithdrawalStatus | undefined) => (wanted === undefined ? 0 : WITHDRAWAL_STATUSES[wanted]);
