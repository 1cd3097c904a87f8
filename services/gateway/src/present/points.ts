import type { Penalty, PointDeduction, PointItem } from '@fanfare/client/wallet-objects';
import type {
  PointDeduction as Deduction,
  PointItem as Item,
  PenalizeResponse,
} from '@fanfare/contracts/economy/v1/points';
import { idOf, moneyOf, textOrNull, timeOf } from './scalars.ts';

export const presentPointItem = (item: Item): PointItem => ({
  id: item.id,
  name: item.name,
  price: moneyOf(item.price),
  isActive: item.isActive,
});

/** @throws when an answer lacks what it is about */
export function presentDeduction({ deduction }: { readonly deduction: Deduction | undefined }): PointDeduction {
  if (deduction === undefined) throw new Error('an answer without its deduction');
  return {
    id: deduction.id,
    userId: idOf(deduction.userId),
    action: deduction.action,
    points: moneyOf(deduction.points),
    balance: moneyOf(deduction.balance),
    reason: textOrNull(deduction.reason),
    createdAt: timeOf(deduction.createdAt),
  };
}

export const presentPenalty = (penalty: PenalizeResponse): Penalty => ({
  ...presentDeduction(penalty),
  debt: moneyOf(penalty.debt),
});
