import type { TransferResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { id, idOf, money, moneyOf, time, timeOf } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const transfer = z
  .object({ id: z.string(), fromUserId: id, toUserId: id, amount: money, createdAt: time })
  .meta({ id: 'Transfer' });

const presentTransfer = (made: TransferResponse): z.output<typeof transfer> => ({
  id: made.id,
  fromUserId: idOf(made.fromUserId),
  toUserId: idOf(made.toUserId),
  amount: moneyOf(made.amount),
  createdAt: timeOf(made.createdAt),
});

export const transferCoins = defineRoute({
  method: 'POST',
  path: '/wallet/transfers',
  operationId: 'transferCoins',
  summary: 'Give coins to another user',
  access: 'user',
  movesMoney: true,
  body: fields.object({ toUserId: fields.id(), amount: fields.amount() }),
  answer: transfer,
  status: 201,
  run: async ({ clients, commandId, call }, { body: { toUserId, amount } }) => {
    const command = { id: commandId, toUserId, amount: { currency: 'COIN', minor: amount } };
    return presentTransfer(await clients.economy.call.transfer(command, call));
  },
});
