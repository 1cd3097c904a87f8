import { type Call, requireUser } from '@fanfare/kit';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { type Deduction, deductionContext, deductionOf, readDeduction, spendingLegs } from './deduction.ts';

const OPERATION = 'points.boost';
const ACTION = 'boost_post';
const REASON = 'Boosted a video';

export interface BoostInput {
  /** The caller's own, from which the journal's id follows. */
  readonly id: string;
  readonly videoId: string;
}

type BoostDeps = Pick<Deps, 'engine'> & { readonly config: Pick<Config, 'POINTS_BOOST_PRICE'> };

/** Takes the price of a boost. A repeat answers with the price of the first time. */
export async function boostVideo(
  { engine, config }: BoostDeps,
  call: Call,
  { id: clientId, videoId }: BoostInput,
): Promise<Deduction> {
  const userId = requireUser(call.caller);
  const price = config.POINTS_BOOST_PRICE;
  const id = journalIdFor(call, OPERATION, clientId);
  const receipt = await postOne(engine, call, {
    ...ofCall(call),
    journalId: id,
    operation: OPERATION,
    intent: [{ name: 'videoId', value: videoId }],
    legs: spendingLegs(userId, price, ACTION),
    context: deductionContext(price, { videoId }),
    userId,
    reason: REASON,
  });
  const { points } = readDeduction(receipt.context);
  return deductionOf({ id, userId, action: ACTION, points, reason: REASON }, receipt);
}
