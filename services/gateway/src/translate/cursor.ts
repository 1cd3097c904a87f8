/**
 * How far a domain stream has been translated, in a bucket that does not expire. Written by revision: a leader that
 * slept and wakes cannot set it back behind its successor.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { Generation } from '../edge/connection.ts';
import type { Position } from '../edge/position.ts';
import { messageIdOf } from '../edge/record.ts';

const BUCKET = 'gateway_cursors';

export interface Cursor {
  /** As it was when opened; null when nobody has translated this stream yet. */
  readonly position: Position | null;
  /** @throws when another leader has written meanwhile, or the bucket does not answer */
  readonly save: (position: Position) => Promise<void>;
}

export async function openCursor({ jetstream }: Generation, stream: string, replicas: number): Promise<Cursor> {
  const bucket = await new Kvm(jetstream).create(BUCKET, { history: 1, replicas });
  const entry = await bucket.get(stream);
  const isSet = entry !== null && entry.operation === 'PUT';
  let revision = entry?.revision ?? 0;
  return {
    position: isSet ? entry.json<Position>() : null,
    save: async ({ seq, id }) => {
      const value = JSON.stringify({ seq, id });
      // The client refuses to update what there is nothing of.
      revision = revision === 0 ? await bucket.create(stream, value) : await bucket.update(stream, value, revision);
    },
  };
}

/** Whether the stream still has the cursor's own message there: if not, the sequence says nothing about this stream. */
export async function isStillThere({ streams }: JetStreamManager, stream: string, at: Position): Promise<boolean> {
  const stored = await streams.getMessage(stream, { seq: at.seq });
  return stored !== null && messageIdOf(stored.header) === at.id;
}
