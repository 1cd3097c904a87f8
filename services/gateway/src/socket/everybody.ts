/**
 * The channel of everybody, `all`: nothing of it is replayed, it is for who is here. The gateway has one place in it for
 * all of its sockets.
 */
import type { Channel } from '@fanfare/contracts';
import type { Part } from '@fanfare/kit';
import type { Hub } from '../edge/hub.ts';
import type { Member, Membership } from '../edge/subscription.ts';
import type { Registry } from './registry.ts';

const EVERYBODY: Channel = 'all';

/** Shows every session that has begun what is said to all, in the order in which it is said. */
export function everybody(hub: Hub, registry: Pick<Registry, 'all'>): Part {
  let place: Membership | null = null;
  const all: Member = {
    deliver: (record) => {
      for (const session of registry.all()) session.showCommon(EVERYBODY, record);
    },
    lost: (position) => {
      for (const session of registry.all()) session.showCommonLoss(EVERYBODY, position);
    },
  };
  return {
    name: 'everybody',
    start: async () => {
      place = await hub.join(EVERYBODY, all, null);
      place.start();
    },
    stop: async () => place?.leave(),
  };
}
