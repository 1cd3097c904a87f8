import { recordAudit } from '@fanfare/database';
import type { Call } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import pg from 'pg';
import { errors } from '../errors.ts';
import { auditOf, type CatalogueDeps, catalogueChanged } from './create-gift.ts';
import type { Gift, GiftFields } from './gift.ts';
import { lockGift, saveGift } from './gift-store.ts';

const UNIQUE_VIOLATION = '23505';

export interface GiftChange {
  readonly id: bigint;
  /** What is to be changed; everything else stays, whoever changes that meanwhile. */
  readonly fields: Partial<GiftFields>;
}

/**
 * Changes a gift. What was sent keeps what it cost: the price of a sent gift is in its journal.
 * @throws GIFT_NOT_FOUND, GIFT_NAME_TAKEN
 */
export async function updateGift(deps: CatalogueDeps, call: Call, { id, fields }: GiftChange): Promise<Gift> {
  const gift = await deps.database
    .transaction(async (tx) => {
      const current = await lockGift(tx, id);
      if (current === undefined) throw errors.GIFT_NOT_FOUND();
      const changed = await saveGift(tx, id, { ...current, ...fields });
      await recordAudit(tx, call, auditOf('gift.update', changed));
      await announce(tx, catalogueChanged(changed, call));
      return changed;
    })
    .catch((error: unknown) => {
      const isTaken = error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION;
      throw isTaken ? errors.GIFT_NAME_TAKEN({}, { name: ['is taken'] }) : error;
    });
  deps.relay.wake();
  deps.catalogue.learn(gift);
  return gift;
}
