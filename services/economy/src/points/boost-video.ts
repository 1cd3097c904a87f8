import type { BoostVideoRequest, PointDeduction } from '@fanfare/contracts/economy/v1/points';
import { type Call, invalid, type Minor, requireUser } from '@fanfare/kit';
import type { Engine } from '../posting/engine.ts';
import { journalIdFor, ofCall, postOne } from '../posting/post-one.ts';
import { deductionContext, formatDeduction, readDeduction, spendingLegs } from './deduction.ts';
import { isOpaqueId, MAX_ID_LENGTH } from './opaque-id.ts';

const OPERATION = 'points.boost';
const ACTION = 'boost_post';
const REASON = 'Boosted a video';

/** Takes the price of a boost. A repeat answers with the price of the first time. */
export async function boostVideo(
  { engine, price }: { readonly engine: Engine; readonly price: Minor },
  request: BoostVideoRequest,
  call: Call,
): Promise<PointDeduction> {
  const userId = requireUser(call.caller);
  const { videoId } = request;
  if (!isOpaqueId(videoId)) throw invalid('videoId', `must be 1 to ${MAX_ID_LENGTH} characters`);
  const id = journalIdFor(call, OPERATION, request.id);
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
  return formatDeduction({ id, userId, action: ACTION, points, reason: REASON }, receipt);
}
