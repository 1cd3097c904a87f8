/** A gift, or its refusal, as a command for the ledger. Pure. */
import { AccountKind, type PostCommand, type Posting } from '@fanfare/contracts/economy/v1/economy_service';
import type { AppError } from '@fanfare/kit';
import { type Gift, recordable } from '../catalogue/gift.ts';
import { distribute, type Share, type Split } from './distribution.ts';
import { encodeContext, type GiftContext } from './gift-context.ts';
import { type GiftRequest, intentOf } from './send-request.ts';

/** The operation under which the ledger keeps gifts, and by which their journals are known again. */
export const GIFT_OPERATION = 'gift.send';

/** Where a command comes from: the same for a gift and for its refusal. */
export interface Origin {
  readonly journalId: string;
  readonly correlationId: string;
  readonly traceparent: string;
  readonly tenantId: string | undefined;
}

const account = (kind: AccountKind, ownerId: bigint, currency: string): Posting['account'] => ({
  kind,
  ownerId,
  currency,
});

/**
 * The legs of one gift, in minor units; each currency sums to zero. The platform takes the coins; the diamonds that
 * recipients and agencies earn are issued against them. What the platform keeps is the difference, and is not posted.
 * A part of nothing has no leg. At most 64: with 50 recipients that leaves room for 11 agencies.
 */
export function legsOf(senderId: bigint, shares: readonly Share[]): Posting[] {
  const cost = shares.reduce((sum, share) => sum + share.cost, 0n);
  const issued = shares.reduce((sum, share) => sum + share.earnings + share.commission, 0n);
  const agencies = new Map<bigint, bigint>();
  for (const { agencyId, commission } of shares) {
    if (agencyId !== null) agencies.set(agencyId, (agencies.get(agencyId) ?? 0n) + commission);
  }
  const { ACCOUNT_KIND_USER, ACCOUNT_KIND_AGENCY, ACCOUNT_KIND_PLATFORM, ACCOUNT_KIND_ISSUANCE } = AccountKind;
  const legs: Posting[] = [
    { account: account(ACCOUNT_KIND_USER, senderId, 'COIN'), minor: -cost, action: 'gift_sent' },
    { account: account(ACCOUNT_KIND_PLATFORM, 0n, 'COIN'), minor: cost, action: 'gift_income' },
    { account: account(ACCOUNT_KIND_ISSUANCE, 0n, 'DIAMOND'), minor: -issued, action: 'gift_issued' },
    ...shares.map(({ recipientId, earnings }) => ({
      account: account(ACCOUNT_KIND_USER, recipientId, 'DIAMOND'),
      minor: earnings,
      action: 'gift_received',
    })),
    ...[...agencies].map(([agencyId, commission]) => ({
      account: account(ACCOUNT_KIND_AGENCY, agencyId, 'DIAMOND'),
      minor: commission,
      action: 'gift_commission',
    })),
  ];
  return legs.filter((leg) => leg.minor !== 0n);
}

export function acceptCommand(
  request: GiftRequest,
  gift: Gift,
  split: Split,
  comboCount: number,
  origin: Origin,
): PostCommand {
  const recipients = request.recipientIds.map((id) => ({ id }));
  const shares = distribute(gift.priceMinor * BigInt(request.quantity), recipients, split);
  const context: GiftContext = {
    id: request.id,
    roomId: request.roomId,
    senderId: request.senderId,
    giftId: gift.id,
    quantity: request.quantity,
    priceMinor: gift.priceMinor,
    comboId: request.comboId,
    comboCount,
    splitVersion: split.version,
    recipientBasisPoints: split.recipientBasisPoints,
    wealthXpMultiplier: gift.wealthXpMultiplier,
    charmXpMultiplier: gift.charmXpMultiplier,
    shares,
  };
  return {
    ...base(request, origin),
    postings: legsOf(request.senderId, shares),
    context: encodeContext(context),
    reason: `${gift.name} x${request.quantity}`,
  };
}

/** Records a refusal under the gift's id, unless the gift was accepted before: then its receipt comes back. */
export function refuseCommand(request: GiftRequest, refusal: AppError, origin: Origin): PostCommand {
  return { ...base(request, origin), refusal: recordable(refusal) };
}

function base(request: GiftRequest, origin: Origin): PostCommand {
  return {
    ...origin,
    operation: GIFT_OPERATION,
    intent: intentOf(request),
    postings: [],
    context: '',
    userId: request.senderId,
    // Set anew whenever the command is sent.
    waitMs: 0,
    refusal: undefined,
    hold: undefined,
    limit: undefined,
    reason: '',
  };
}
