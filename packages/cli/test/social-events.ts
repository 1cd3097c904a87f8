/** Says what people do with videos, as the service that records it does. */
import { randomUUID } from 'node:crypto';
import { events } from '@fanfare/contracts';
import { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { newId, silentLogger } from '@fanfare/kit';
import { encodeBody, encodeHeaders, openBus } from '@fanfare/messaging';
import { headers } from '@nats-io/transport-node';

/** Somebody who earns by it likes the video of a creator who earns by it, unless said otherwise. */
export interface Engagement extends Partial<Omit<EngagementRecorded, 'engagementId' | 'actorId' | 'creatorId'>> {
  readonly actorId: number;
  readonly creatorId: number;
}

export interface SocialEvents {
  /** One event of its own, stored when this resolves. */
  readonly record: (engagement: Engagement) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function socialEvents(natsUrl: string): Promise<SocialEvents> {
  const bus = openBus({ url: natsUrl, name: 'social', log: silentLogger });
  await bus.start?.();
  const type = events.engagementRecorded;
  return {
    record: async ({ actorId, creatorId, ...more }) => {
      const message = EngagementRecorded.fromPartial({
        engagementId: randomUUID(),
        action: 'video_liked',
        actorFollowingCount: 100n,
        videoId: randomUUID(),
        videoTitle: 'Amazing Dance',
        creatorFollowerCount: 1000n,
        totalViews: 1n,
        occurredAt: new Date(),
        ...more,
        actorId: BigInt(actorId),
        creatorId: BigInt(creatorId),
      });
      const id = newId();
      const attributes = {
        id,
        subject: type.subject,
        entityId: message.engagementId,
        entityVersion: 1n,
        time: new Date(),
        correlationId: id,
      };
      const made = headers();
      for (const [name, value] of Object.entries(encodeHeaders(attributes))) made.set(name, value);
      await bus.jetstream().publish(type.subject, encodeBody(type, message), { msgID: id, headers: made });
    },
    stop: async () => bus.stop?.(),
  };
}
