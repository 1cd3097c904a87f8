/**
 * Before it publishes anything, and whenever it is not certain what the stream has, the relay compares the stream with
 * the database:
 * 1. Events that still wait but are in the stream's last window were published by somebody who could not note it any
 *    more. Exactly those are moved: never "everything up to", because a lower id may have been committed later.
 * 2. If the stream ends before the last event we know it had, or has another message there, it was recreated or
 *    restored from a copy. What it lost waits again, in the order it had there and before everything younger, and goes
 *    out as anything else: so there is one way to publish, and one to go on after an interruption. In the order of ids
 *    it would not do: a stalled transaction's events went out after higher ids, and positions above them would agree
 *    with the stream while they do not. Of what waits again, what the stream has
 *    nevertheless (at another place) is moved like the first. What is merely gone (purged, too old) was there and is no
 *    loss.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { MESSAGE_ID_HEADER, OUTBOX_ID_HEADER } from '../envelope.ts';
import type { Origin, OutboxTables, Placed, SentMark } from './store.ts';

/** Most events that can be in the stream without being noted as sent. */
export const WINDOW = 512;

/** The stream as it is now. Reads go to its leader: a replica may lag behind. */
export interface StreamView {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Messages by sequence; what is not stored (any more) is missing. */
  readonly messages: (sequences: readonly number[]) => Promise<ReadonlyMap<number, Origin>>;
}

export async function viewStream(manager: JetStreamManager, stream: string): Promise<StreamView> {
  const { state } = await manager.streams.info(stream);
  const messageAt = async (seq: number): Promise<readonly [number, Origin] | null> => {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message === null) return null;
    const { header } = message;
    return [seq, { messageId: header.get(MESSAGE_ID_HEADER), outboxId: header.get(OUTBOX_ID_HEADER) }];
  };
  return {
    firstSeq: state.first_seq,
    lastSeq: state.last_seq,
    messages: async (sequences) => {
      const stored = sequences.filter((seq) => seq >= state.first_seq && seq <= state.last_seq && seq > 0);
      const found = await Promise.all(stored.map(messageAt));
      return new Map(found.filter((entry) => entry !== null));
    },
  };
}

/** The last window of the stream: what was published most recently, whether or not anybody noted it. */
const tailOf = (stream: StreamView): Promise<ReadonlyMap<number, Origin>> =>
  stream.messages(Array.from({ length: WINDOW }, (_, back) => stream.lastSeq - back));

export interface Reconciled {
  /** Events that were in the stream although they seemed to wait. */
  readonly found: number;
  /** Events that the stream had lost; they wait again. */
  readonly lost: number;
}

/**
 * Taking back much is long: `onProgress` is called after every window of it.
 * @throws when the stream or the database does not answer; then do it again
 */
export async function reconcile(outbox: OutboxTables, stream: StreamView, onProgress: () => void): Promise<Reconciled> {
  const tail = await tailOf(stream);
  const found = await moveFound(outbox, tail);
  const agreed = await lastAgreement(outbox, stream);
  let takenBack = 0;
  for (let window = WINDOW; window === WINDOW; takenBack += window) {
    window = await outbox.takeBack(agreed, WINDOW);
    onProgress();
  }
  const elsewhere = takenBack === 0 ? 0 : await moveFound(outbox, tail);
  return { found, lost: takenBack - elsewhere };
}

async function moveFound(outbox: OutboxTables, tail: ReadonlyMap<number, Origin>): Promise<number> {
  const waiting = await outbox.waitingAmong([...tail.values()]);
  const placed: Placed[] = [];
  for (const [streamSeq, { messageId, outboxId }] of tail) {
    if (waiting.get(outboxId) === messageId) placed.push({ id: outboxId, streamSeq });
  }
  await outbox.moveToSent(placed);
  return placed.length;
}

/** The greatest sequence at which the stream has, or had until it aged out, what we sent; 0 when nothing agrees. */
async function lastAgreement(outbox: OutboxTables, stream: StreamView): Promise<number> {
  let below = stream.lastSeq;
  // Nearly always the newest agrees, and nothing else is read.
  for (let limit = 1; ; limit = WINDOW) {
    const page = await outbox.sentUpTo(below, limit);
    const oldest = page.at(-1);
    if (oldest === undefined) return 0;
    const stored = await stream.messages(page.map((mark) => mark.streamSeq));
    const agreed = newestAgreement(page, stored, stream.firstSeq);
    if (agreed !== null) return agreed;
    below = oldest.streamSeq - 1;
  }
}

/** The first of these (latest first) that the stream confirms. Pure. */
export function newestAgreement(
  sent: readonly SentMark[],
  stored: ReadonlyMap<number, Pick<Origin, 'messageId'>>,
  firstSeq: number,
): number | null {
  const agrees = (mark: SentMark): boolean =>
    mark.streamSeq < firstSeq || stored.get(mark.streamSeq)?.messageId === mark.messageId;
  return sent.find(agrees)?.streamSeq ?? null;
}
