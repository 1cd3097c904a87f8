import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { type Handlers, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { boostVideo } from './boost-video.ts';
import { giftPoints } from './gift-points.ts';
import { penalize } from './penalize.ts';
import { formatPointItem, parsePointItem } from './point-item.ts';
import { listItems } from './point-items.ts';
import { purchaseWithPoints } from './purchase-with-points.ts';
import { setPointItem } from './set-point-item.ts';

type PointRpc = 'setPointItem' | 'listPointItems' | 'purchaseWithPoints' | 'boostVideo' | 'giftPoints' | 'penalize';

export const pointHandlers = (deps: Deps): Pick<Handlers<typeof EconomyServiceService>, PointRpc> => ({
  setPointItem: async ({ item }, call) => {
    requireRole(call.caller, 'admin');
    return { item: formatPointItem(await setPointItem(deps.database, parsePointItem(item), call)) };
  },

  listPointItems: async ({ includeInactive }, { caller }) => {
    if (includeInactive) requireRole(caller, 'admin');
    return { items: (await listItems(deps.database, includeInactive)).map(formatPointItem) };
  },

  purchaseWithPoints: async (request, call) => ({ deduction: await purchaseWithPoints(deps, request, call) }),

  boostVideo: async (request, call) => ({
    deduction: await boostVideo({ engine: deps.engine, price: deps.config.POINTS_BOOST_PRICE }, request, call),
  }),

  giftPoints: async (request, call) => ({ deduction: await giftPoints(deps.engine, request, call) }),

  penalize: (request, call) => penalize(deps, request, call),
});
