/** The event that is measured: what the ledger announces of a gift, of the size that it has there (1.2 KB of JSON). */
import { randomUUID } from 'node:crypto';
import { events } from '@fanfare/contracts';
import type { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
import { type Announcement, announcement } from '../src/announce.ts';

export const SERVICE = 'economy';
export const EVENT = events.journalPosted;

const ROOM = 117;
const SENDER = 4711n;
const RECEIVER = 10_042n;
const COST = 30_000n;
const EARNED = 15_000n;

/** One more gift, under an id that was never used. */
export function giftPosted(): Announcement {
  const journalId = randomUUID();
  return announcement(EVENT, journalOf(journalId), {
    id: journalId,
    entityId: journalId,
    entityVersion: 1n,
    correlationId: randomUUID(),
    traceparent: `00-${journalId.replaceAll('-', '')}-00f067aa0ba902b7-01`,
  });
}

const journalOf = (journalId: string): JournalPosted => ({
  journalId,
  operation: 'gift.send',
  batch: 120_417n,
  legs: [
    leg(AccountKind.ACCOUNT_KIND_USER, SENDER, 'COIN', -COST, 'gift_sent'),
    leg(AccountKind.ACCOUNT_KIND_PLATFORM, 0n, 'COIN', COST, 'gift_income'),
    leg(AccountKind.ACCOUNT_KIND_ISSUANCE, 0n, 'DIAMOND', -EARNED, 'gift_issued'),
    leg(AccountKind.ACCOUNT_KIND_USER, RECEIVER, 'DIAMOND', EARNED, 'gift_received'),
  ],
  balances: [SENDER, RECEIVER].map((userId) => ({
    userId,
    coinMinor: 9_970_000n,
    diamondMinor: 815_000n,
    pointMinor: 12_340n,
  })),
  context: CONTEXT,
  postedAt: new Date(),
  reason: 'Gift 3 x1',
  hold: undefined,
});

const leg = (
  kind: AccountKind,
  ownerId: bigint,
  currency: string,
  minor: bigint,
  action: string,
): JournalPosted['legs'][number] => ({
  account: { kind, ownerId, currency },
  minor,
  balanceAfterMinor: 9_970_000n + minor,
  action,
});

const CONTEXT = JSON.stringify({
  id: randomUUID(),
  roomId: ROOM,
  senderId: Number(SENDER),
  giftId: 3,
  quantity: 1,
  priceMinor: `${COST}`,
  comboId: null,
  comboCount: 1,
  splitVersion: 1,
  recipientBasisPoints: 5000,
  wealthXpMultiplier: 1,
  charmXpMultiplier: 1,
  shares: [[Number(RECEIVER), `${EARNED}`]],
});
