/**
 * One attachment of a consumer to its durable: messages arrive by `consume()` and wait in a queue whose bound is the
 * durable's `max_ack_pending`. It ends by itself when the connection is made anew or the durable is no longer what it
 * was; acknowledgements of an ended attachment are turned into "deliver again", because their sequences may belong to
 * other messages by now.
 */
import { streamOf } from '@fanfare/contracts';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Bus } from '../bus.ts';
import type { Consumer } from './define.ts';

export interface Attachment {
  /** What is waiting, up to `limit`; empty when the attachment has ended. Resolves as soon as there is anything. */
  readonly take: (limit: number) => Promise<readonly JsMsg[]>;
  readonly waiting: () => number;
  readonly ended: () => boolean;
  /** Acknowledges, so that the messages do not come again. */
  readonly done: (messages: readonly JsMsg[]) => void;
  /** No more messages are taken. */
  readonly end: () => void;
  /** Gives back what was taken or waits; another replica, or the next attachment, gets it at once. */
  readonly close: () => Promise<void>;
}

/**
 * What a killed process had taken comes again after this, so it is how late a gift may be seen because of a crash. A
 * process that only stalled for longer meets its own inbox rows.
 */
const ACK_WAIT_MS = 3000;
/** Tells the server that a slow batch is still being worked on: three times within the wait. */
const KEEP_MS = 1000;
const MAX_ACK_PENDING = 1024;
const PULL_MESSAGES = 256;
const PULL_EXPIRES_MS = 10_000;
/** Two missed ones (5 s) end the attachment. */
const HEARTBEAT_MS = 2500;
/** Notifications after which the durable cannot be trusted to be there. */
const ENDINGS: ReadonlySet<string> = new Set([
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'no_responders',
  'heartbeats_missed',
]);

/** @throws when the stream does not exist (yet), or NATS does not answer */
export async function attach(bus: Bus, consumer: Consumer): Promise<Attachment> {
  const generation = bus.generation();
  const stream = streamOf(consumer.producer);
  const manager = await bus.manager();
  await manager.consumers.add(stream, {
    durable_name: consumer.durable,
    filter_subject: consumer.filter,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: MAX_ACK_PENDING,
  });
  const durable = await bus.jetstream().consumers.get(stream, consumer.durable);

  const queue: JsMsg[] = [];
  let taken: readonly JsMsg[] = [];
  let ended = false;
  let notify = (): void => {};
  const messages = await durable.consume({
    max_messages: PULL_MESSAGES,
    expires: PULL_EXPIRES_MS,
    idle_heartbeat: HEARTBEAT_MS,
    callback: (message) => {
      queue.push(message);
      notify();
    },
  });
  const end = (): void => {
    ended = true;
    notify();
  };
  const keep = setInterval(() => answer([...taken, ...queue], (message) => message.working()), KEEP_MS);
  const unlisten = bus.onConnection((connected) => {
    if (connected) end();
  });
  watch(messages, end).then(end, end);
  if (bus.generation() !== generation) end();

  return {
    take: async (limit) => {
      while (queue.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
      taken = ended ? [] : queue.splice(0, limit);
      return taken;
    },
    waiting: () => queue.length,
    ended: () => ended,
    end,
    done: (handled) => {
      taken = [];
      answer(handled, (message) => (ended ? message.nak() : message.ack()));
    },
    close: async () => {
      end();
      clearInterval(keep);
      unlisten();
      await messages.close();
      answer([...taken, ...queue.splice(0)], (message) => message.nak());
    },
  };
}

async function watch(messages: ConsumerMessages, end: () => void): Promise<void> {
  for await (const notification of messages.status()) if (ENDINGS.has(notification.type)) end();
}

/** Answers are publishes and throw on a closed connection; what is not answered is delivered again. */
function answer(messages: readonly JsMsg[], how: (message: JsMsg) => void): void {
  try {
    for (const message of messages) how(message);
  } catch {
    return;
  }
}
