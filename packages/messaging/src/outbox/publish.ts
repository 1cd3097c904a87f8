/**
 * Publishing a window: all messages are on their way before the first is acknowledged, and each says which sequence
 * it must follow. The relay is its stream's only publisher and knows every sequence beforehand, so one message that
 * does not arrive stops all that follow it, and a second relay is refused.
 *
 * Acknowledgements come to one inbox and are matched by their last token: the client's own request makes two error
 * objects and a timer for every message, which was two thirds of the relay's time.
 */
import { createInbox, headers, type Msg, type MsgHdrs, type Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus.ts';
import { MESSAGE_ID_HEADER, OUTBOX_ID_HEADER } from '../envelope.ts';
import type { Placed, StoredEvent } from './store.ts';

/**
 * Sends one event that must come right after `lastSeq`; resolves to the sequence it has in the stream, which is another
 * one when the stream had it already. Tests put failures here.
 */
export type Publish = (event: StoredEvent, lastSeq: number) => Promise<number>;

const ACK_TIMEOUT_MS = 5000;
const SWEEP_MS = 500;
const EXPECTED_STREAM = 'Nats-Expected-Stream';
const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence';

interface Waiting {
  readonly resolve: (seq: number) => void;
  readonly reject: (reason: Error) => void;
  readonly expires: number;
}

/** Publishes into `stream` over the bus. What is not answered in 5 s, or before the connection is lost, is rejected. */
export function publisher(bus: Bus, stream: string): Publish {
  const inbox = createInbox();
  const waiting = new Map<string, Waiting>();
  let acks: Subscription | undefined;
  let sweeping: NodeJS.Timeout | undefined;
  let count = 0;

  const settle = (token: string): Waiting | undefined => {
    const found = waiting.get(token);
    waiting.delete(token);
    if (waiting.size === 0) {
      clearInterval(sweeping);
      sweeping = undefined;
    }
    return found;
  };
  const rejectAll = (which: (entry: Waiting) => boolean, reason: string): void => {
    for (const [token, entry] of [...waiting]) if (which(entry)) settle(token)?.reject(new Error(reason));
  };
  const onAck = (error: Error | null, message: Msg): void => {
    const entry = settle(message.subject.slice(inbox.length + 1));
    if (entry === undefined) return;
    const outcome = error ?? readAck(message);
    if (typeof outcome === 'number') entry.resolve(outcome);
    else entry.reject(outcome);
  };
  const listen = (): void => {
    acks = bus.connection.subscribe(`${inbox}.*`, { callback: onAck });
    bus.onConnection(() => rejectAll(() => true, 'the connection to NATS was lost'));
  };

  return (event, lastSeq) =>
    new Promise((resolve, reject) => {
      if (acks === undefined) listen();
      count += 1;
      const token = String(count);
      // Throws on a closed connection, which rejects.
      bus.connection.publish(event.subject, event.payload, {
        headers: headersOf(event, stream, lastSeq),
        reply: `${inbox}.${token}`,
      });
      waiting.set(token, { resolve, reject, expires: performance.now() + ACK_TIMEOUT_MS });
      sweeping ??= setInterval(() => {
        const now = performance.now();
        rejectAll((entry) => entry.expires < now, 'the stream did not answer in time');
      }, SWEEP_MS);
    });
}

interface PublishAnswer {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

/** The sequence, or why there is none. */
function readAck(message: Msg): number | Error {
  // Without a body it is the server's word that nobody listens: the stream is gone.
  if (message.data.length === 0) return new Error(`no stream takes ${message.subject}: ${message.headers?.code ?? 0}`);
  const { seq, error } = message.json<PublishAnswer>();
  if (error !== undefined) return new Error(`the stream refused: ${error.description} (${error.err_code})`);
  return seq ?? new Error('the stream answered without a sequence');
}

function headersOf(event: StoredEvent, stream: string, lastSeq: number): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(JSON.parse(event.headers) as Record<string, string>)) {
    made.append(name, value);
  }
  made.append(MESSAGE_ID_HEADER, event.messageId);
  made.append(OUTBOX_ID_HEADER, event.id);
  made.append(EXPECTED_STREAM, stream);
  made.append(EXPECTED_LAST_SEQUENCE, String(lastSeq));
  return made;
}

export interface WindowResult {
  /**
   * The events up to the first failure. Later ones may be in the stream too, but noting them without it would put it
   * behind them if the stream lost all of them; comparing finds them where they are.
   */
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
  for (const [index, { id, messageId }] of events.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status !== 'fulfilled') return { placed, failure: outcome?.reason ?? new Error('no outcome') };
    placed.push({ id, streamSeq: outcome.value });
    if (outcome.value !== lastSeq + index + 1) {
      return { placed, failure: new Error(`${messageId} was in the stream already, at ${outcome.value}`) };
    }
  }
  return { placed, failure: undefined };
}
