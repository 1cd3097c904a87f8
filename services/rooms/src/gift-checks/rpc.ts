import type { CheckGiftsRequest, RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type Handlers, invalid, requireInternal } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { decideGift } from './gift-check.ts';
import { type GiftCheck, readGiftFacts } from './gift-facts.ts';

/** As many as gifting sends in one call. */
const MAX_CHECKS = 256;

export const giftCheckHandlers = (deps: Deps) =>
  ({
    checkGifts: async (request, { caller }) => {
      requireInternal(caller);
      const facts = await readGiftFacts(deps.database, parseChecks(request));
      const verdicts = facts.map((each) => decideGift(each, deps.config.GIFT_RECIPIENTS_MUST_BE_IN_ROOM));
      return { verdicts: verdicts.map(({ reason, metadata }) => ({ reason, metadata: { ...metadata } })) };
    },
  }) satisfies Partial<Handlers<typeof RoomsServiceService>>;

function parseChecks({ checks }: CheckGiftsRequest): readonly GiftCheck[] {
  if (checks.length > MAX_CHECKS) throw invalid('checks', `must be at most ${MAX_CHECKS}`);
  return checks;
}
