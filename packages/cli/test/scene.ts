/** What the suites play on: a room with a host who receives and a guest who has coins, perhaps on two gateways. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@fanfare/client';
import { type Ack, administrator, openStage, type Stage } from './people.ts';

export interface Scene {
  /** Gateways: the host is on the first, the guest on the last. */
  readonly first: string;
  readonly last: string;
  readonly admin: Client;
  readonly stage: Stage;
  readonly giftId: number;
  /** Coins for one piece. */
  readonly price: number;
  /** A valid gift from the guest to the host under a new id. */
  readonly order: (more?: object) => Record<string, unknown>;
}

export async function openScene(urls: readonly string[]): Promise<Scene> {
  const [first] = urls;
  const last = urls.at(-1);
  if (first === undefined || last === undefined) throw new Error('no gateway');
  const admin = await administrator(first);
  const [gift] = (await admin.gifts.listGifts()).items;
  if (gift === undefined) throw new Error('the catalogue is empty');
  const stage = await openStage(first, last, admin, '1000.00');
  const { roomId, host } = stage;
  return {
    first,
    last,
    admin,
    stage,
    giftId: gift.id,
    price: Number(gift.price),
    order: (more = {}) => ({
      id: randomUUID(),
      roomId,
      giftId: gift.id,
      quantity: 1,
      recipientIds: [host.userId],
      ...more,
    }),
  };
}

/** The data of an ack that must not be a refusal. */
export function accepted(ack: Ack): Readonly<Record<string, unknown>> {
  if (!ack.ok) throw new Error(`refused: ${JSON.stringify(ack.error)}`);
  return ack.data;
}

export const money = (amount: number): string => amount.toFixed(2);
