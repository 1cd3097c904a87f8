/** The event of the soak: an item that was moved, numbered so that a gap, a double or another order shows. */
import type { EventType } from '@fanfare/contracts';

export const SERVICE = 'soak';

export interface ItemMoved {
  readonly item: number;
  readonly version: number;
}

export const itemMoved: EventType<ItemMoved> = {
  subject: 'evt.soak.item.moved.v1',
  codec: {
    fromJSON: (json) => {
      const { item, version } = json as Partial<ItemMoved>;
      return { item: item ?? 0, version: version ?? 0 };
    },
    toJSON: (message) => message,
  },
};

export const TABLES = `
  create table items (id int primary key, version int not null);
  create table effects (item int not null, version int not null);`;
