import { recordAudit } from '@fanfare/database';
import { type Call, formatMinor, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type PointItem, saveItem } from './point-items.ts';

/** Adds an item that points can buy, or changes it; purchases keep the name and price of their time. */
export async function setPointItem(
  { database }: Pick<Deps, 'database'>,
  call: Call,
  item: PointItem,
): Promise<PointItem> {
  requireRole(call.caller, 'admin');
  const { id, name, priceMinor, isActive } = item;
  await database.transaction(async (tx) => {
    await saveItem(tx, item);
    await recordAudit(tx, call, {
      action: 'point_item.set',
      target: `point_item:${id}`,
      reason: '',
      details: { name, price: formatMinor(priceMinor), isActive: String(isActive) },
    });
  });
  return item;
}
