/** Reads of the stored history of channels: the last message, one by its sequence, all after a sequence. */
import { EDGE_STREAM } from '@fanfare/contracts';
import {
  AckPolicy,
  DeliverPolicy,
  type DirectMsgRequest,
  type MsgRequest,
  ReplayPolicy,
  type StoredMsg,
} from '@nats-io/jetstream';
import { createInbox, nanos } from '@nats-io/transport-node';
import type { Generation } from './connection.ts';
import type { Position } from './position.ts';
import { deliveryOf, type EdgeRecord, messageIdOf, parseRecord } from './record.ts';
import { storedSubject } from './subjects.ts';

/** Whoever missed more is faster by loading what there is now. */
export const REPLAY_MESSAGES_MOST = 1000;
export const REPLAY_BYTES_MOST = 2 ** 20;

const READ_TIMEOUT_MS = 5000;
/** The server removes a consumer whose reader is gone after this. */
const CONSUMER_IDLE_MS = 2000;

export interface StoredPosition extends Position {
  readonly channel: string;
  /** When the stream stored it, in ms since 1970 by the server's clock. */
  readonly at: number;
}

export interface History {
  /** The last message of a channel; null when it has none (any more). */
  readonly last: (channel: string) => Promise<StoredPosition | null>;
  /** What is stored at a sequence; null when it is gone. */
  readonly at: (seq: number) => Promise<StoredPosition | null>;
  /** A channel's messages after a sequence, in order, or that they are more than may be replayed. */
  readonly after: (channel: string, seq: number) => Promise<readonly EdgeRecord[] | 'too many'>;
}

/**
 * @param clustered asks the stream's leader instead of any replica: a follower may lag behind what was handed out
 * already, and keeps a message longer than another that expires by its own clock
 */
export function history({ connection, manager, lost }: Generation, clustered: boolean): History {
  const get = (query: DirectMsgRequest): Promise<StoredMsg | null> =>
    clustered
      ? // The server takes the same queries here, which the client's types do not say.
        manager.streams.getMessage(EDGE_STREAM, query as MsgRequest)
      : manager.direct.getMessage(EDGE_STREAM, query);

  async function createConsumer(channel: string, seq: number, deliverTo: string): Promise<number> {
    const { num_pending } = await manager.consumers.add(EDGE_STREAM, {
      deliver_subject: deliverTo,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: seq + 1,
      filter_subject: storedSubject(channel),
      ack_policy: AckPolicy.None,
      replay_policy: ReplayPolicy.Instant,
      inactive_threshold: nanos(CONSUMER_IDLE_MS),
      num_replicas: 1,
      mem_storage: true,
    });
    return num_pending;
  }

  /** An ephemeral push consumer: all messages in one go, after one request. */
  async function readAll(channel: string, seq: number): Promise<readonly EdgeRecord[] | 'too many'> {
    const records: EdgeRecord[] = [];
    const inbox = createInbox();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timeout = setTimeout(() => reject(new Error(`reading ${channel} took too long`)), READ_TIMEOUT_MS);
    const fail = (): void => reject(new Error('the connection was lost'));
    lost.addEventListener('abort', fail);
    let bytes = 0;
    const subscription = connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) return reject(error);
        const { seq: stored, pending } = deliveryOf(message);
        // Flow control and heartbeats are not asked for; anything without a reply subject is not a message.
        if (!Number.isSafeInteger(stored)) return;
        records.push(parseRecord({ seq: stored, id: messageIdOf(message.headers) }, message.data));
        bytes += message.data.byteLength;
        const isTooMuch = bytes > REPLAY_BYTES_MOST || records.length > REPLAY_MESSAGES_MOST;
        // The server goes on for as long as somebody listens.
        if (isTooMuch) subscription.unsubscribe();
        if (isTooMuch || pending === 0) resolve();
      },
    });
    try {
      const waiting = createConsumer(channel, seq, inbox);
      // Handled below; whichever of the two fails first must not leave the other unhandled.
      promise.catch(() => {});
      const pending = await waiting;
      if (pending > REPLAY_MESSAGES_MOST) return 'too many';
      if (pending > 0) await promise;
      return bytes > REPLAY_BYTES_MOST || records.length > REPLAY_MESSAGES_MOST ? 'too many' : records;
    } finally {
      clearTimeout(timeout);
      lost.removeEventListener('abort', fail);
      if (!connection.isClosed() && !subscription.isClosed()) subscription.unsubscribe();
    }
  }

  return {
    last: async (channel) => positionOf(await get({ last_by_subj: storedSubject(channel) })),
    at: async (seq) => positionOf(await get({ seq })),
    after: async (channel, seq) => {
      // A reconnect rarely missed anything, and one direct get costs a sixth of a consumer.
      const next = await get({ seq: seq + 1, next_by_subj: storedSubject(channel) });
      return next === null ? [] : readAll(channel, seq);
    },
  };
}

function positionOf(stored: StoredMsg | null): StoredPosition | null {
  if (stored === null) return null;
  const channel = stored.subject.slice(storedSubject('').length);
  return { seq: stored.seq, id: messageIdOf(stored.header), at: stored.time.getTime(), channel };
}
