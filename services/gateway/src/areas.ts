/**
 * The areas of the public face. All that a client sees of the platform follows from this list: routes, commands, events
 * and what they are made of; and so does whom the gateway asks.
 */
import { accounts } from './areas/accounts/index.ts';
import { coinRequests } from './areas/coin-requests/index.ts';
import { gifts } from './areas/gifts/index.ts';
import { points } from './areas/points/index.ts';
import { rooms } from './areas/rooms/index.ts';
import { wallet } from './areas/wallet/index.ts';
import { withdrawals } from './areas/withdrawals/index.ts';
import { publicFaceOf, servicesOf, tableOf } from './public-face.ts';
import type { Table } from './translate/table.ts';

export const areas = [
  // One line an area, in the order of the reference.
  accounts,
  wallet,
  coinRequests,
  withdrawals,
  points,
  gifts,
  rooms,
] as const;

/** Does not compile while an event of the bus has no area: each says what becomes of its own, if only that it is silent. */
const table: Table = tableOf(areas);

export const publicFace = publicFaceOf(areas, table);

/** The services that the areas ask. */
export const askedServices = servicesOf(areas);
