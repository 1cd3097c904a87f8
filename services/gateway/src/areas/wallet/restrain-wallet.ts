/** What may be taken out of a wallet: administrators freeze it, and say what must stay in it. */
import type { SetAccountFloorResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { asset, assetOf, currencyOf, id, idOf, money, moneyOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const freeze = z.object({ userId: id, frozen: z.boolean() }).meta({ id: 'WalletFreeze' });

const floor = z
  .object({ userId: id, asset, floor: money })
  .meta({ id: 'WalletFloor', description: 'What must stay in a wallet.' });

const presentFloor = (set: SetAccountFloorResponse): z.output<typeof floor> => ({
  userId: idOf(set.userId),
  asset: assetOf(set.floor?.currency ?? ''),
  floor: moneyOf(set.floor),
});

export const freezeWallet = defineRoute({
  method: 'POST',
  path: '/admin/users/:userId/wallet/freeze',
  operationId: 'freezeWallet',
  summary: 'Let nothing be taken out of a wallet',
  access: 'admin',
  params: fields.params.userId,
  body: fields.object({ reason: fields.reason() }),
  answer: freeze,
  run: async ({ clients, call }, { params: { userId }, body }) => {
    const { frozen } = await clients.economy.call.setWalletFrozen({ userId, frozen: true, ...body }, call);
    return { userId: idOf(userId), frozen };
  },
});

export const unfreezeWallet = defineRoute({
  method: 'POST',
  path: '/admin/users/:userId/wallet/unfreeze',
  operationId: 'unfreezeWallet',
  summary: 'Let the user spend again',
  access: 'admin',
  params: fields.params.userId,
  body: fields.object({ reason: fields.reason() }),
  answer: freeze,
  run: async ({ clients, call }, { params: { userId }, body }) => {
    const { frozen } = await clients.economy.call.setWalletFrozen({ userId, frozen: false, ...body }, call);
    return { userId: idOf(userId), frozen };
  },
});

export const setFloor = defineRoute({
  method: 'PUT',
  path: '/admin/users/:userId/wallet/floors',
  operationId: 'setFloor',
  summary: 'What must stay in a wallet, of one asset',
  access: 'admin',
  params: fields.params.userId,
  body: fields.object({ asset: fields.asset(), floor: fields.amountOrZero(), reason: fields.reason() }),
  answer: floor,
  run: async ({ clients, call }, { params: { userId }, body }) => {
    const command = { userId, floor: { currency: currencyOf(body.asset), minor: body.floor }, reason: body.reason };
    return presentFloor(await clients.economy.call.setAccountFloor(command, call));
  },
});
