/**
 * The event `notification`, whose payloads are told apart by `type`. Amounts are JSON numbers here and nowhere else, and
 * names camelCase. Another type is another entry; the union, the document and the README's table follow.
 */
import { z } from 'zod';
import type { Immutable } from '../../present/immutable.ts';
import { id } from '../../present/scalars.ts';
import { defineEvent } from '../../protocol/event.ts';

const points = z.number().describe('Points as a number (0.1): to be shown, not to be calculated with.');

const correction = {
  userId: id,
  newBalance: points.describe('Points the user can spend after it.'),
  previousBalance: points.describe('And before it.'),
  reason: z.string().describe('For people.'),
  timestamp: z.iso.datetime().describe('ISO 8601 in UTC, with a fraction of a second only where there is one.'),
};

/** What points are awarded for. */
export const EARNING = [
  ...(['video_liked', 'video_viewed', 'video_shared', 'comment_posted', 'video_uploaded'] as const),
  ...(['like_received', 'view_received', 'share_received'] as const),
] as const;

/** What they are taken for. */
export const DEDUCTING = ['purchase', 'withdrawal', 'penalty', 'gift_sent', 'boost_post'] as const;

const change = <const A extends readonly string[]>(actions: A) => {
  const { userId, ...rest } = correction;
  return z.object({
    userId,
    action: z.enum(actions),
    points: points.describe('More than zero, whichever way they went.'),
    ...rest,
    metadata: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .describe('What it was for: `{videoId, videoTitle, userType}`, `{itemId, itemName}`, ...'),
  });
};

interface NotificationType<T extends string, E extends string, D extends z.ZodType> {
  readonly type: T;
  readonly eventType: E;
  readonly summary: string;
  readonly data: D;
}

const notificationOf = <T extends string, E extends string, D extends z.ZodType>({
  type,
  eventType,
  summary,
  data,
}: NotificationType<T, E, D>) =>
  z
    .object({
      type: z.literal(type),
      eventType: z.literal(eventType),
      recipientIds: z.array(id).describe('Whom it is for.'),
      data,
    })
    .meta({ title: type, description: summary });

export const notificationData = z.discriminatedUnion('type', [
  notificationOf({
    type: 'points_earned',
    eventType: 'wallet:points:earned',
    summary: 'Points were awarded for something done with a video.',
    data: change(EARNING),
  }),
  notificationOf({
    type: 'points_deducted',
    eventType: 'wallet:points:deducted',
    summary: 'A purchase, a boost, a gift of points, a penalty, or a withdrawal that was paid.',
    data: change(DEDUCTING),
  }),
  notificationOf({
    type: 'wallet_update',
    eventType: 'wallet:balance:updated',
    summary: 'Any other change of points: an adjustment, a grant, points of another user.',
    data: z.object(correction),
  }),
]);

/** The payload of any of them. */
export type Notification = Immutable<z.output<typeof notificationData>>;

const at = '2025-12-23T12:00:00Z';

const examples: readonly [z.output<typeof notificationData>, ...z.output<typeof notificationData>[]] = [
  {
    type: 'points_earned',
    eventType: 'wallet:points:earned',
    recipientIds: [123],
    data: {
      userId: 123,
      action: 'video_liked',
      points: 1,
      newBalance: 150,
      previousBalance: 149,
      reason: 'Liked a video',
      timestamp: at,
      metadata: { videoId: '456', videoTitle: 'Amazing Dance', userType: 'viewer' },
    },
  },
  {
    type: 'points_deducted',
    eventType: 'wallet:points:deducted',
    recipientIds: [123],
    data: {
      userId: 123,
      action: 'purchase',
      points: 50,
      newBalance: 100,
      previousBalance: 150,
      reason: 'Purchased premium badge',
      timestamp: at,
      metadata: { itemId: 'badge_premium', itemName: 'Premium Badge' },
    },
  },
  {
    type: 'wallet_update',
    eventType: 'wallet:balance:updated',
    recipientIds: [123],
    data: {
      userId: 123,
      newBalance: 175,
      previousBalance: 150,
      reason: 'Balance adjustment',
      timestamp: at,
    },
  },
];

export const notification = defineEvent({
  name: 'notification',
  summary: 'What happened to the user’s points, told apart by `type`. Later releases have more types.',
  on: ['user'],
  class: 'reliable',
  data: notificationData,
  examples,
});
