/** Points that were spent or taken. */
import type { PointDeduction as DeductionRecord, PenalizeResponse } from '@fanfare/contracts/economy/v1/points';
import { z } from 'zod';
import { id, idOf, money, moneyOf, textOrNull, time, timeOf } from '../../present/scalars.ts';

const deductionFields = {
  id: z.string(),
  userId: id,
  action: z.string().describe('purchase, boost_post, gift_sent or penalty'),
  points: money,
  balance: money.describe('What the user could spend right after it.'),
  reason: z.string().nullable(),
  createdAt: time,
};

export const deduction = z
  .object(deductionFields)
  .meta({ id: 'PointDeduction', description: 'What points were taken for.' });

export const penalty = z
  .object({
    ...deductionFields,
    debt: money.describe('What the balance could not cover; later income repays it first.'),
  })
  .meta({ id: 'Penalty' });

/** @throws when an answer lacks what it is about */
export function presentDeduction(answer: {
  readonly deduction: DeductionRecord | undefined;
}): z.output<typeof deduction> {
  const record = answer.deduction;
  if (record === undefined) throw new Error('an answer without its deduction');
  return {
    id: record.id,
    userId: idOf(record.userId),
    action: record.action,
    points: moneyOf(record.points),
    balance: moneyOf(record.balance),
    reason: textOrNull(record.reason),
    createdAt: timeOf(record.createdAt),
  };
}

export const presentPenalty = (answer: PenalizeResponse): z.output<typeof penalty> => ({
  ...presentDeduction(answer),
  debt: moneyOf(answer.debt),
});
