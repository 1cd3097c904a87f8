/** From an engagement to the ledger commands of its awards. Pure. */
import { journalIdOf } from '@fanfare/kit';
import { issuance, userAccount } from '../ledger/accounts.ts';
import type { LedgerCommand, Limit } from '../ledger/command.ts';
import type { RecordedEngagement } from './parse-engagement.ts';
import { type Award, awardsOf, type UserType } from './point-rules.ts';

export const AWARD_OPERATION = 'points.award';

/** The most points somebody earns in a day (UTC), in minor units; 0: any number. */
export type DailyCaps = Readonly<Record<UserType, bigint>>;

/** What is kept with an award's journal. */
interface AwardContext {
  readonly metadata: { readonly videoId: string; readonly videoTitle: string; readonly userType: UserType };
  readonly engagementId: string;
  readonly eventId: string;
}

export interface AwardCommand {
  readonly engagement: RecordedEngagement;
  readonly award: Award;
  readonly command: LedgerCommand;
}

/** @param now when it is posted, which decides the day of an engagement that does not tell a credible one */
export function awardCommands(engagement: RecordedEngagement, caps: DailyCaps, now: Date): readonly AwardCommand[] {
  return awardsOf(engagement).map((award) => ({ engagement, award, command: commandOf(engagement, award, caps, now) }));
}

/**
 * The id hangs on the award, actor and video alone, so that another engagement of the same kind pays nothing, for ever.
 * The intent has no more in it than that, because what else an engagement tells (counts, title) changes by the day.
 */
function commandOf(engagement: RecordedEngagement, award: Award, caps: DailyCaps, now: Date): LedgerCommand {
  const { actorId, videoId, videoTitle, engagementId, eventId } = engagement;
  const { action, userId, userType, minor, reason } = award;
  const context: AwardContext = { metadata: { videoId, videoTitle, userType }, engagementId, eventId };
  return {
    journalId: journalIdOf('system', AWARD_OPERATION, `${action}:${actorId}:${videoId}`),
    operation: AWARD_OPERATION,
    intent: [
      { name: 'userId', value: `${userId}` },
      { name: 'action', value: action },
      { name: 'actorId', value: `${actorId}` },
      { name: 'videoId', value: videoId },
    ],
    legs: [
      { accountId: issuance('POINT'), minor: -minor, action },
      { accountId: userAccount(userId, 'POINT'), minor, action },
    ],
    context: JSON.stringify(context),
    userId,
    reason,
    refusal: null,
    hold: null,
    limit: limitOf(award, caps[userType], engagement.occurredAt, now),
    traceparent: engagement.traceparent,
    correlationId: engagement.correlationId,
    tenantId: engagement.tenantId,
    audit: null,
  };
}

/** Whether a receipt's context is that of this very event, and not of an earlier engagement of the same kind. */
export function cameOf(context: string, eventId: string): boolean {
  return (JSON.parse(context) as Partial<AwardContext>).eventId === eventId;
}

const DAY_MS = 86_400_000;
/** An event waits at most 3 days for its stream and 7 days in it; an older time is a mistake. */
const CREDIBLE_MS = 10 * DAY_MS;
/** A counter outlives the last event that can count towards its day. */
const COUNTER_MS = 12 * DAY_MS;

function limitOf(award: Award, maxMinor: bigint, occurredAt: Date | null, now: Date): Limit | null {
  if (maxMinor === 0n) return null;
  const age = occurredAt === null ? -1 : now.getTime() - occurredAt.getTime();
  const at = occurredAt !== null && age >= 0 && age <= CREDIBLE_MS ? occurredAt : now;
  const day = at.toISOString().slice(0, 'yyyy-mm-dd'.length);
  return {
    key: `points:${award.userType}:${award.userId}:${day}`,
    maxMinor,
    minor: award.minor,
    expiresAt: new Date(Date.parse(day) + COUNTER_MS),
  };
}
