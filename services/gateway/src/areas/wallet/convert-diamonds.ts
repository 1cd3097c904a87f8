import type { ConvertResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { asset, assetOf, money, moneyOf, time, timeOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const assetAmount = z.object({ asset, amount: money }).meta({ id: 'AssetAmount' });

const conversion = z
  .object({ id: z.string(), from: assetAmount, to: assetAmount, createdAt: time })
  .meta({ id: 'Conversion', description: 'Diamonds that became coins, at the rate of that time.' });

const presentConversion = ({ id, from, to, createdAt }: ConvertResponse): z.output<typeof conversion> => ({
  id,
  from: { asset: assetOf(from?.currency ?? ''), amount: moneyOf(from) },
  to: { asset: assetOf(to?.currency ?? ''), amount: moneyOf(to) },
  createdAt: timeOf(createdAt),
});

export const convertDiamonds = defineRoute({
  method: 'POST',
  path: '/wallet/conversions',
  operationId: 'convertDiamonds',
  summary: 'Turn diamonds into coins',
  access: 'user',
  movesMoney: true,
  body: fields.object({ amount: fields.amount().meta({ description: 'In diamonds.' }) }),
  answer: conversion,
  status: 201,
  run: async ({ clients, commandId, call }, { body }) => {
    const command = { id: commandId, amount: { currency: 'DIAMOND', minor: body.amount } };
    return presentConversion(await clients.economy.call.convert(command, call));
  },
});
