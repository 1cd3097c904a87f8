/** What the service has published so far, as a consumer reads it. */
import { type EventType, streamOf } from '@fanfare/contracts';
import { decodeBody } from '@fanfare/messaging';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** All events of a type in the order of the stream. */
export async function publishedEvents<T>(natsUrl: string, type: EventType<T>): Promise<readonly T[]> {
  const connection = await connect({ servers: natsUrl });
  try {
    const stream = streamOf('economy');
    const manager = await jetstreamManager(connection);
    const { name } = await manager.consumers.add(stream, {
      filter_subject: type.subject,
      deliver_policy: DeliverPolicy.All,
      ack_policy: 'none',
      inactive_threshold: 5_000_000_000,
    });
    const { num_pending: count } = await manager.consumers.info(stream, name);
    if (count === 0) return [];
    const consumer = await jetstream(connection).consumers.get(stream, name);
    const found: T[] = [];
    const messages = await consumer.fetch({ max_messages: count, expires: 5000 });
    for await (const message of messages) found.push(decodeBody(type, message.string()));
    return found;
  } finally {
    await connection.close();
  }
}
