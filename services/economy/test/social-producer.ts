/** Stands in for the service that records engagements: announces them as its outbox relay would. */
import { randomUUID } from 'node:crypto';
import { events, streamOf } from '@fanfare/contracts';
import { EngagementRecorded } from '@fanfare/contracts/social/event/v1/social_events';
import { announcement, outboxRow } from '@fanfare/messaging';
import { eventually } from '@fanfare/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';

/** An eligible viewer likes an eligible creator's video, unless said otherwise. */
export const engagement = (more: Partial<EngagementRecorded> = {}): EngagementRecorded =>
  EngagementRecorded.create({
    engagementId: randomUUID(),
    action: 'video_liked',
    actorId: 123n,
    actorFollowingCount: 100n,
    videoId: randomUUID(),
    videoTitle: 'Amazing Dance',
    creatorId: 789n,
    creatorFollowerCount: 1000n,
    totalViews: 1n,
    occurredAt: new Date(),
    ...more,
  });

export interface SocialProducer {
  /** Publishes engagements in order, each as an event of its own unless `eventId` says which one it repeats. */
  readonly publish: (engagements: readonly EngagementRecorded[], eventId?: string) => Promise<void>;
  /** Resolves when the service has handled, and acknowledged, all that was published. */
  readonly handled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function socialProducer(natsUrl: string): Promise<SocialProducer> {
  const connection: NatsConnection = await connect({ servers: natsUrl, noAsyncTraces: true });
  const stream = jetstream(connection);
  const { subject } = events.engagementRecorded;

  async function publishOne(message: EngagementRecorded, eventId: string | undefined): Promise<void> {
    const of = announcement(events.engagementRecorded, message, {
      entityId: message.engagementId,
      entityVersion: 1n,
      ...(eventId === undefined ? {} : { id: eventId }),
    });
    const row = outboxRow(of);
    const heads = headers();
    for (const [name, value] of Object.entries(JSON.parse(row.headers) as Record<string, string>)) {
      heads.append(name, value);
    }
    // Without a message id: a repeat must reach the consumer, and not be dropped by the stream.
    await stream.publish(subject, row.payload, { headers: heads });
  }

  return {
    publish: async (engagements, eventId) => {
      await Promise.all(engagements.map((message) => publishOne(message, eventId)));
    },
    handled: () =>
      eventually(async () => {
        const manager = await jetstreamManager(connection);
        const { num_pending, num_ack_pending } = await manager.consumers.info(streamOf('social'), 'economy-engagement');
        if (num_pending + num_ack_pending > 0) throw new Error(`${num_pending} to come, ${num_ack_pending} under way`);
      }, 60_000),
    close: () => connection.close(),
  };
}
