/** Schemas of what is answered about wallets, for the reference page. A test compares real answers with them. */
import type * as objects from '@fanfare/client/wallet-objects';
import { z } from 'zod';
import { id, money, time } from './answers.ts';

const asset = z.enum(['coin', 'diamond', 'point']);

export const transaction: z.ZodType<objects.Transaction> = z
  .object({
    id: z.string(),
    journalId: z.string(),
    asset,
    action: z.string(),
    amount: money,
    balanceBefore: money,
    balanceAfter: money,
    reason: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    createdAt: time,
  })
  .meta({ id: 'Transaction' });

export const transfer: z.ZodType<objects.Transfer> = z
  .object({ id: z.string(), fromUserId: id, toUserId: id, amount: money, createdAt: time })
  .meta({ id: 'Transfer' });

const grantFields = { id: z.string(), userId: id, asset, amount: money, reason: z.string(), createdAt: time };

export const grant: z.ZodType<objects.Grant> = z.object(grantFields).meta({ id: 'Grant' });

export const adjustment: z.ZodType<objects.Adjustment> = z
  .object({ ...grantFields, balance: money })
  .meta({ id: 'Adjustment' });

export const freeze: z.ZodType<objects.WalletFreeze> = z
  .object({ userId: id, frozen: z.boolean() })
  .meta({ id: 'WalletFreeze' });

export const floor: z.ZodType<objects.WalletFloor> = z
  .object({ userId: id, asset, floor: money })
  .meta({ id: 'WalletFloor' });

const assetAmount = z.object({ asset, amount: money }).meta({ id: 'AssetAmount' });

export const conversion: z.ZodType<objects.Conversion> = z
  .object({ id: z.string(), from: assetAmount, to: assetAmount, createdAt: time })
  .meta({ id: 'Conversion' });

export const coinRequest: z.ZodType<objects.CoinRequest> = z
  .object({
    id: z.string(),
    userId: id,
    amount: money,
    sellerId: id.nullable(),
    note: z.string().nullable(),
    status: z.enum(['pending', 'approved', 'rejected']),
    decidedBy: id.nullable(),
    reason: z.string().nullable(),
    createdAt: time,
    decidedAt: time.nullable(),
  })
  .meta({ id: 'CoinRequest' });

export const coinSeller: z.ZodType<objects.CoinSeller> = z
  .object({ userId: id, dailyLimit: money, requestLimit: money, isActive: z.boolean(), createdAt: time })
  .meta({ id: 'CoinSeller' });

export const withdrawal: z.ZodType<objects.Withdrawal> = z
  .object({
    id: z.string(),
    userId: id,
    asset,
    amount: money,
    paidAmount: money,
    status: z.enum(['pending', 'paid', 'rejected', 'cancelled', 'expired']),
    method: z.string(),
    destination: z.string(),
    reason: z.string().nullable(),
    createdAt: time,
    expiresAt: time,
    resolvedAt: time.nullable(),
  })
  .meta({ id: 'Withdrawal' });

export const points: z.ZodType<objects.Points> = z
  .object({ balance: money, currencyName: z.string() })
  .meta({ id: 'Points' });

export const pointItem: z.ZodType<objects.PointItem> = z
  .object({ id: z.string(), name: z.string(), price: money, isActive: z.boolean() })
  .meta({ id: 'PointItem' });

const deductionFields = {
  id: z.string(),
  userId: id,
  action: z.string(),
  points: money,
  balance: money,
  reason: z.string().nullable(),
  createdAt: time,
};

export const deduction: z.ZodType<objects.PointDeduction> = z.object(deductionFields).meta({ id: 'PointDeduction' });

export const penalty: z.ZodType<objects.Penalty> = z
  .object({ ...deductionFields, debt: money })
  .meta({ id: 'Penalty' });
