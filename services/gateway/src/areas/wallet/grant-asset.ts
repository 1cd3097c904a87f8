/** What administrators give and correct. The service checks the role itself and writes the audit row. */
import type { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { currencyOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';
import { adjustment, grant, presentAdjustment, presentGrant } from './grant.ts';

const grantBody = fields.object({ asset: fields.asset(), amount: fields.amount(), reason: fields.reason() });

/** What is moved, as the ledger is told. */
const moved = (id: string, userId: bigint, { asset, amount, reason }: z.output<typeof grantBody>) => ({
  id,
  userId,
  amount: { currency: currencyOf(asset), minor: amount },
  reason,
});

export const grantAsset = defineRoute({
  method: 'POST',
  path: '/admin/users/:userId/grants',
  operationId: 'grantAsset',
  summary: 'Give a user an asset',
  deprecated: false,
  access: 'admin',
  movesMoney: true,
  params: fields.params.userId,
  body: grantBody,
  answer: grant,
  status: 201,
  run: async ({ clients, commandId, call }, { params: { userId }, body }) => {
    return presentGrant(await clients.economy.call.grant(moved(commandId, userId, body), call));
  },
});

/** An older path of the same. */
export const grantAssetToWallet = defineRoute({
  method: 'POST',
  path: '/admin/wallets/:userId/grants',
  operationId: 'grantAssetToWallet',
  summary: 'Give a user an asset',
  deprecated: true,
  access: 'admin',
  movesMoney: true,
  params: fields.params.userId,
  body: grantBody,
  answer: grant,
  status: 201,
  run: async ({ clients, commandId, call }, { params: { userId }, body }) => {
    return presentGrant(await clients.economy.call.grant(moved(commandId, userId, body), call));
  },
});

export const adjustBalance = defineRoute({
  method: 'POST',
  path: '/admin/users/:userId/adjustments',
  operationId: 'adjustBalance',
  summary: 'Correct a balance, either way',
  access: 'admin',
  movesMoney: true,
  params: fields.params.userId,
  body: fields.object({ asset: fields.asset(), amount: fields.signedAmount(), reason: fields.reason() }),
  answer: adjustment,
  status: 201,
  run: async ({ clients, commandId, call }, { params: { userId }, body }) => {
    return presentAdjustment(await clients.economy.call.adjust(moved(commandId, userId, body), call));
  },
});
