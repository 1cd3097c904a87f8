/** What an administrator gave or corrected. */
import type { AdjustResponse, GrantResponse } from '@fanfare/contracts/economy/v1/economy_service';
import { z } from 'zod';
import { asset, assetOf, id, idOf, money, moneyOf, time, timeOf } from '../../present/scalars.ts';

const grantFields = { id: z.string(), userId: id, asset, amount: money, reason: z.string(), createdAt: time };

export const grant = z.object(grantFields).meta({ id: 'Grant' });

export const adjustment = z
  .object({ ...grantFields, balance: money.describe('What the user could spend of this asset right after it.') })
  .meta({ id: 'Adjustment' });

export const presentGrant = (made: GrantResponse): z.output<typeof grant> => ({
  id: made.id,
  userId: idOf(made.userId),
  asset: assetOf(made.amount?.currency ?? ''),
  amount: moneyOf(made.amount),
  reason: made.reason,
  createdAt: timeOf(made.createdAt),
});

export const presentAdjustment = (made: AdjustResponse): z.output<typeof adjustment> => ({
  ...presentGrant(made),
  balance: moneyOf(made.balance),
});
