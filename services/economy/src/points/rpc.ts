import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { type Handlers, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { boostVideo } from './boost-video.ts';
import { giftPoints } from './gift-points.ts';
import { penalize } from './penalize.ts';
import { listItems } from './point-items.ts';
import { purchaseWithPoints } from './purchase-with-points.ts';
import { setPointItem } from './set-point-item.ts';
import {
  formatDeduction,
  formatPenalty,
  formatPointItem,
  parseBoost,
  parsePenalty,
  parsePointGift,
  parsePointItem,
  parsePurchase,
} from './wire.ts';

export const pointHandlers = (deps: Deps) =>
  ({
    setPointItem: async ({ item }, call) => ({
      item: formatPointItem(await setPointItem(deps, call, parsePointItem(item))),
    }),

    listPointItems: async ({ includeInactive }, { caller }) => {
      if (includeInactive) requireRole(caller, 'admin');
      return { items: (await listItems(deps.database, includeInactive)).map(formatPointItem) };
    },

    purchaseWithPoints: async (request, call) => ({
      deduction: formatDeduction(await purchaseWithPoints(deps, call, parsePurchase(request))),
    }),

    boostVideo: async (request, call) => ({
      deduction: formatDeduction(await boostVideo(deps, call, parseBoost(request))),
    }),

    giftPoints: async (request, call) => ({
      deduction: formatDeduction(await giftPoints(deps, call, parsePointGift(request))),
    }),

    penalize: async (request, call) => formatPenalty(await penalize(deps, call, parsePenalty(request))),
  }) satisfies Partial<Handlers<typeof EconomyServiceService>>;
