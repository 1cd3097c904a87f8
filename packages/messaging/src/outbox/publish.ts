/**
 * Publishing a window: all messages are on their way before the first is acknowledged, and each says which sequence
 * it must follow. The relay is its stream's only publisher and knows every sequence beforehand, so one message that
 * does not arrive stops all that follow it, and a second relay is refused.
 */
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from '../bus.ts';
import { MESSAGE_ID_HEADER } from '../envelope.ts';
import type { Placed, StoredEvent } from './store.ts';

/**
 * Sends one event that must come right after `lastSeq`; resolves to the sequence it has in the stream, which is another
 * one when the stream had it already. Tests put failures here.
 */
export type Publish = (event: StoredEvent, lastSeq: number) => Promise<number>;

const ACK_TIMEOUT_MS = 5000;

export function publisher(bus: Bus, stream: string): Publish {
  let client: JetStreamClient | undefined;
  return async (event, lastSeq) => {
    client ??= jetstream(bus.connection, { timeout: ACK_TIMEOUT_MS });
    const ack = await client.publish(event.subject, event.payload, {
      headers: headersOf(event),
      msgID: event.messageId,
      expect: { lastSequence: lastSeq, streamName: stream },
      // What follows must not wait for a second try; the whole window is tried again instead.
      retries: 1,
    });
    return ack.seq;
  };
}

function headersOf(event: StoredEvent): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(JSON.parse(event.headers) as Record<string, string>))
    made.set(name, value);
  made.set(MESSAGE_ID_HEADER, event.messageId);
  return made;
}

export interface WindowResult {
  /** Events that are in the stream, failed window or not. */
  readonly placed: readonly Placed[];
  /** Why the window did not go out as a whole: the stream must be looked at before anything else is sent. */
  readonly failure: unknown;
}

/** Publishes events to follow `lastSeq` without gap. */
export async function publishWindow(
  publish: Publish,
  events: readonly StoredEvent[],
  lastSeq: number,
): Promise<WindowResult> {
  const outcomes = await Promise.allSettled(events.map((event, index) => publish(event, lastSeq + index)));
  const placed: Placed[] = [];
  let failure: unknown;
  for (const [index, event] of events.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status !== 'fulfilled') {
      failure ??= outcome?.reason;
      continue;
    }
    placed.push({ id: event.id, streamSeq: outcome.value });
    if (outcome.value !== lastSeq + index + 1) failure ??= new Error(`${event.messageId} was in the stream already`);
  }
  return { placed, failure };
}
