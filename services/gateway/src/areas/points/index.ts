/** Points: how many one has, and what they are spent on. */
import { defineArea } from '../../area.ts';
import { clients } from './clients.ts';
import { getPoints } from './get-points.ts';
import { penalizeUser } from './penalize-user.ts';
import { listAllPointItems, listPointItems, setPointItem } from './point-items.ts';
import { boostVideo, giftPoints, purchaseWithPoints } from './spend-points.ts';

export const points = defineArea({
  name: 'points',
  clients,
  routes: [
    ...[getPoints, listPointItems, purchaseWithPoints, boostVideo, giftPoints],
    ...[setPointItem, listAllPointItems, penalizeUser],
  ],
});
