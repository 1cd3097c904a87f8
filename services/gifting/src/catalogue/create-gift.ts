import { events } from '@fanfare/contracts';
import { type Database, recordAudit } from '@fanfare/database';
import { type Call, formatMinor } from '@fanfare/kit';
import { announce, announcement, type Relay } from '@fanfare/messaging';
import { errors } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import type { Gift, GiftFields } from './gift.ts';
import { insertGift } from './gift-store.ts';

export interface CatalogueDeps {
  readonly database: Database;
  readonly relay: Relay;
  readonly catalogue: Catalogue;
}

/**
 * Adds a gift. A repeat of the command that made a gift answers with it as it is now, however it was changed since.
 * @throws GIFT_NAME_TAKEN when another command made the gift of this name
 */
export async function createGift(deps: CatalogueDeps, call: Call, fields: GiftFields): Promise<Gift> {
  const gift = await deps.database.transaction(async (tx) => {
    const { gift: row, outcome } = await insertGift(tx, fields);
    if (outcome === 'repeated') return row;
    if (outcome === 'taken') throw errors.GIFT_NAME_TAKEN({}, { name: ['is taken'] });
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
