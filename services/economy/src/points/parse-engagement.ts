/** From the event of an engagement to what awards are made of. Pure. */
import type { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { type Envelope, MalformedEvent } from '@fanfare/messaging';
import { MAX_OWNER_ID } from '../ledger/accounts.ts';
import { isOpaqueId, MAX_ID_LENGTH } from './opaque-id.ts';
import { type Engagement, isEngagementAction } from './point-rules.ts';

/** An engagement whose ids and texts fit a ledger command. */
export interface RecordedEngagement extends Engagement {
  readonly engagementId: string;
  /** Of the event that brought it: handled once, and so tells which event a journal came of. */
  readonly eventId: string;
  readonly videoId: string;
  readonly videoTitle: string;
  /** Of the video, this engagement included; 0 when the producer does not say. A JSON number holds it exactly. */
  readonly totalViews: bigint;
  /** Null when the producer does not say. */
  readonly occurredAt: Date | null;
  readonly traceparent: string;
  readonly correlationId: string;
  readonly tenantId: string | null;
}

const MAX_HEADER_LENGTH = 1000;
const MAX_SHOWN = BigInt(Number.MAX_SAFE_INTEGER);
/**
 * A title is shown beside an amount. Its bytes double at most as JSON (control characters are gone), so 1,000 of them
 * and two ids fit into the 4 KiB of a context.
 */
const MAX_TITLE_GRAPHEMES = 200;
const MAX_TITLE_BYTES = 1000;

/** @throws MalformedEvent for what no award can be made of, however often it is tried: it becomes a dead letter */
export function parseEngagement(message: EngagementRecorded, envelope: Envelope): RecordedEngagement {
  const { action, actorId, actorFollowingCount, creatorId, creatorFollowerCount, occurredAt } = message;
  if (!isEngagementAction(action)) throw new MalformedEvent(`no such action: ${action}`);
  if (action === 'video_uploaded' && actorId !== creatorId) {
    throw new MalformedEvent(`user ${actorId} cannot have uploaded a video of user ${creatorId}`);
  }
  return {
    engagementId: textId('engagement_id', message.engagementId),
    eventId: envelope.id,
    action,
    actorId: userId('actor_id', actorId),
    actorFollowing: count('actor_following_count', actorFollowingCount),
    creatorId: userId('creator_id', creatorId),
    creatorFollowers: count('creator_follower_count', creatorFollowerCount),
    videoId: textId('video_id', message.videoId),
    videoTitle: clipTitle(message.videoTitle),
    totalViews: shownCount('total_views', message.totalViews),
    occurredAt: occurredAt === undefined || Number.isNaN(occurredAt.getTime()) ? null : occurredAt,
    traceparent: envelope.traceparent ?? '',
    correlationId: envelope.correlationId.slice(0, MAX_HEADER_LENGTH).toWellFormed(),
    tenantId: envelope.tenantId ?? null,
  };
}

function userId(field: string, value: bigint): bigint {
  if (value < 1n || value > MAX_OWNER_ID) throw new MalformedEvent(`${field} is no user id: ${value}`);
  return value;
}

function count(field: string, value: bigint): bigint {
  if (value < 0n) throw new MalformedEvent(`${field} is below zero: ${value}`);
  return value;
}

/** A count that ends as a number in somebody's app. */
function shownCount(field: string, value: bigint): bigint {
  if (value > MAX_SHOWN) throw new MalformedEvent(`${field} is beyond ${MAX_SHOWN}: ${value}`);
  return count(field, value);
}

function textId(field: string, value: string): string {
  if (!isOpaqueId(value)) throw new MalformedEvent(`${field} must be 1 to ${MAX_ID_LENGTH} characters`);
  return value;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** What fits of a title, in whole characters as people see them; control characters become spaces. */
export function clipTitle(title: string): string {
  const shown = title.toWellFormed().replaceAll(/\p{Cc}/gu, ' ');
  // No text has more graphemes than code units, so that most titles need no segmentation.
  if (shown.length <= MAX_TITLE_GRAPHEMES && Buffer.byteLength(shown) <= MAX_TITLE_BYTES) return shown;
  let clipped = '';
  let graphemes = 0;
  let bytes = 0;
  for (const { segment } of segmenter.segment(shown)) {
    graphemes += 1;
    bytes += Buffer.byteLength(segment);
    if (graphemes > MAX_TITLE_GRAPHEMES || bytes > MAX_TITLE_BYTES) break;
    clipped += segment;
  }
  return clipped;
}
