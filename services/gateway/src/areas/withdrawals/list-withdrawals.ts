import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { defineRoute } from './clients.ts';
import { presentWithdrawal, statusField, statusNumber, withdrawal } from './withdrawal.ts';

const filters = { ...fields.paging, status: statusField() };

export const listWithdrawals = defineRoute({
  method: 'GET',
  path: '/wallet/withdrawals',
  operationId: 'listWithdrawals',
  summary: 'One’s own, newest first',
  access: 'user',
  query: z.object(filters),
  answer: page(withdrawal),
  run: async ({ clients, principal: { userId }, call }, { query: { status, ...paging } }) => {
    const request = { userId, status: statusNumber(status), ...paging };
    const { withdrawals, nextCursor } = await clients.economy.call.listWithdrawals(request, call);
    return pageOf(withdrawals, nextCursor, presentWithdrawal);
  },
});

export const listAllWithdrawals = defineRoute({
  method: 'GET',
  path: '/admin/withdrawals',
  operationId: 'listAllWithdrawals',
  summary: 'Everybody’s or one user’s, newest first',
  access: 'admin',
  query: z.object({ ...filters, userId: fields.idText().optional() }),
  answer: page(withdrawal),
  run: async ({ clients, call }, { query: { status, userId, ...paging } }) => {
    const request = { userId: userId ?? 0n, status: statusNumber(status), ...paging };
    const { withdrawals, nextCursor } = await clients.economy.call.listWithdrawals(request, call);
    return pageOf(withdrawals, nextCursor, presentWithdrawal);
  },
});
