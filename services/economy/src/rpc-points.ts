import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { type Handlers, requireRole } from '@fanfare/kit';
import { boostVideo } from './commands/boost-video.ts';
import { giftPoints } from './commands/gift-points.ts';
import { penalize } from './commands/penalize.ts';
import { purchaseWithPoints } from './commands/purchase-with-points.ts';
import { setPointItem } from './commands/set-point-item.ts';
import { formatPointItem, parsePointItem } from './points/point-item.ts';
import { listItems } from './points/point-items.ts';
import type { HandlerDeps } from './rpc.ts';

type PointRpc = 'setPointItem' | 'listPointItems' | 'purchaseWithPoints' | 'boostVideo' | 'giftPoints' | 'penalize';

export const pointHandlers = (deps: HandlerDeps): Pick<Handlers<typeof EconomyServiceService>, PointRpc> => ({
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
