import { events } from '@fanfare/contracts';
import { type Database, recordAudit } from '@fanfare/database';
import { type Call, formatMinor } from '@fanfare/kit';
import { announce, announcement, type Relay } from '@fanfare/messaging';
import type { Catalogue } from '../catalogue.ts';
import { errors } from '../errors.ts';
import type { Gift, GiftFields } from '../gift.ts';
import { sameFields } from '../gift-form.ts';
import { insertGift } from '../store.ts';

export interface CatalogueDeps {
  readonly database: Database;
  readonly relay: Relay;
  readonly catalogue: Catalogue;
}

/**
 * Adds a gift. A gift of the same name is the answer when it is the same in everything, so that a repeat is harmless.
 * @throws GIFT_NAME_TAKEN when it differs
 */
export async function createGift(deps: CatalogueDeps, fields: GiftFields, call: Call): Promise<Gift> {
  const gift = await deps.database.transaction(async (tx) => {
    const { gift: row, isNew } = await insertGift(tx, fields);
    if (!isNew) {
      if (sameFields(row, fields)) return row;
      throw errors.GIFT_NAME_TAKEN({}, { name: ['is taken'] });
    }
    await recordAudit(tx, call, auditOf('gift.create', row));
    await announce(tx, catalogueChanged(row, call));
    return row;
  });
  deps.relay.wake();
  deps.catalogue.learn(gift);
  return gift;
}

export const auditOf = (action: string, gift: Gift) => ({
  action,
  target: `gift:${gift.id}`,
  reason: '',
  details: {
    name: gift.name,
    price: formatMinor(gift.priceMinor),
    isActive: String(gift.isActive),
    version: String(gift.version),
  },
});

export const catalogueChanged = (gift: Gift, { correlationId, caller }: Call) =>
  announcement(
    events.catalogueChanged,
    { giftId: gift.id },
    { entityId: gift.id, entityVersion: gift.version, correlationId, tenantId: caller.tenantId },
  );
