import { type Call, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { errors, refusalOf } from '../errors.ts';
import type { LedgerCommand } from '../ledger/command.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { type Deduction, deductionContext, deductionOf, readDeduction, spendingLegs } from './deduction.ts';
import { findItemForSale, type PointItem } from './point-items.ts';

const OPERATION = 'points.purchase';
const ACTION = 'purchase';

export interface PurchaseInput {
  /** The caller's own, from which the journal's id follows. */
  readonly id: string;
  readonly itemId: string;
}

/**
 * Takes the price of an item. A repeat answers with the name and price of the first time, also when the item is dearer
 * or gone by then: that the item is not there is the ledger's to refuse, which looks the id up first.
 */
export async function purchaseWithPoints(
  { engine, database }: Pick<Deps, 'engine' | 'database'>,
  call: Call,
  { id: clientId, itemId }: PurchaseInput,
): Promise<Deduction> {
  const userId = requireUser(call.caller);
  const id = journalIdFor(call, OPERATION, clientId);
  const item = await findItemForSale(database, itemId);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: OPERATION,
    intent: [{ name: 'itemId', value: itemId }],
    userId,
    ...(item === null ? NOT_FOR_SALE : saleOf(item, userId)),
  });
  const { points, metadata } = readDeduction(receipt.context);
  const reason = reasonOf(String(metadata['itemName']));
  return deductionOf({ id, userId, action: ACTION, points, reason }, receipt);
}

type Outcome = Pick<LedgerCommand, 'legs' | 'context' | 'reason' | 'refusal'>;

const NOT_FOR_SALE: Outcome = {
  legs: [],
  context: '{}',
  reason: '',
  refusal: refusalOf(errors.POINT_ITEM_NOT_FOUND()),
};

const saleOf = ({ id, name, priceMinor }: PointItem, userId: bigint): Outcome => ({
  legs: spendingLegs(userId, priceMinor, ACTION),
  context: deductionContext(priceMinor, { itemId: id, itemName: name }),
  reason: reasonOf(name),
  refusal: null,
});

/** The app's own example has "Premium Badge" bought as "Purchased premium badge". */
const reasonOf = (name: string): string => `Purchased ${name.toLowerCase()}`;
