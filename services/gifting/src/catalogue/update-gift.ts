import { recordAudit } from '@fanfare/database';
import type { Call } from '@fanfare/kit';
import { announce } from '@fanfare/messaging';
import pg from 'pg';
import { errors } from '../errors.ts';
import { auditOf, type CatalogueDeps, catalogueChanged } from './create-gift.ts';
import type { Gift, GiftFields } from './gift.ts';
import { replaceGift } from './gift-store.ts';

const UNIQUE_VIOLATION = '23505';

/**
 * Replaces a gift. What was sent keeps what it cost: the price of a sent gift is in its journal.
 * @throws GIFT_NOT_FOUND, GIFT_NAME_TAKEN
 */
export async function updateGift(deps: CatalogueDeps, id: bigint, fields: GiftFields, call: Call): Promise<Gift> {
  const gift = await deps.database
    .transaction(async (tx) => {
      const row = await replaceGift(tx, id, fields);
      if (row === undefined) throw errors.GIFT_NOT_FOUND();
      await recordAudit(tx, call, auditOf('gift.update', row));
      await announce(tx, catalogueChanged(row, call));
      return row;
    })
    .catch((error: unknown) => {
      const isTaken = error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION;
      throw isTaken ? errors.GIFT_NAME_TAKEN({}, { name: ['is taken'] }) : error;
    });
  deps.relay.wake();
  deps.catalogue.learn(gift);
  return gift;
}
