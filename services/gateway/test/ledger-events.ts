/** Events of the ledger, as economy announces them. */
import { type Emit, events } from '@fanfare/contracts';
import type { JournalPosted, PostedLeg } from '@fanfare/contracts/economy/event/v1/economy_events';
import { AccountKind } from '@fanfare/contracts/economy/v1/economy_service';
import { encodeBody } from '@fanfare/messaging';
import { publicFace } from '../src/areas.ts';
import type { DomainEvent } from '../src/translate/table.ts';
import { parseEvent, translate } from '../src/translate/translate.ts';
import { known } from './known-emits.ts';

export const at = new Date('2025-12-23T12:00:00Z');
const { ACCOUNT_KIND_USER, ACCOUNT_KIND_ISSUANCE, ACCOUNT_KIND_PLATFORM } = AccountKind;

export const leg = (
  kind: AccountKind,
  ownerId: bigint,
  minor: bigint,
  action: string,
  currency = 'POINT',
  balanceAfterMinor = 0n,
): PostedLeg => ({ account: { kind, ownerId, currency }, minor, balanceAfterMinor, action });

export const userLeg = (userId: bigint, minor: bigint, action: string) => leg(ACCOUNT_KIND_USER, userId, minor, action);

/** `points`: what each user can spend after the journal. */
export function journal(
  legs: PostedLeg[],
  points: Readonly<Record<number, bigint>>,
  more: Partial<JournalPosted> = {},
): JournalPosted {
  const balances = Object.entries(points).map(([userId, pointMinor]) => ({
    userId: BigInt(userId),
    coinMinor: 7n,
    diamondMinor: 0n,
    pointMinor,
  }));
  const operation = 'points.award';
  return {
    journalId: 'j',
    operation,
    batch: 1n,
    legs,
    balances,
    context: '{}',
    postedAt: at,
    reason: '',
    hold: undefined,
    ...more,
  };
}

export const award = (
  userId: bigint,
  minor: bigint,
  action: string,
  after: bigint,
  reason: string,
  metadata?: object,
) =>
  journal(
    [leg(ACCOUNT_KIND_ISSUANCE, 0n, -minor, action), userLeg(userId, minor, action)],
    { [Number(userId)]: after },
    { reason, context: JSON.stringify({ engagementId: 'e-1', metadata }) },
  );

export const deduct = (userId: bigint, minor: bigint, action: string, after: bigint, more: Partial<JournalPosted>) =>
  journal(
    [userLeg(userId, -minor, action), leg(ACCOUNT_KIND_PLATFORM, 0n, minor, action)],
    { [Number(userId)]: after },
    more,
  );

/** Through the bus and back, as it arrives. */
export function shown(name: 'journalPosted' | 'pointsMerged', message: unknown): readonly Emit[] {
  const event = events[name];
  const read = parseEvent(event.subject, encodeBody(event as never, message)) as DomainEvent;
  return known(translate(publicFace.table, read));
}

export const notifications = (message: JournalPosted) =>
  shown('journalPosted', message).filter(({ name }) => name === 'notification');
export const payloads = (message: JournalPosted) => notifications(message).map(({ data }) => data);

export const dance = { videoId: '456', videoTitle: 'Amazing Dance' };
