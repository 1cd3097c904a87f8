/**
 * Handling what was delivered: a batch in one transaction; when that fails, its events one by one, each tried again with
 * back-off; at the limit the event becomes a dead letter and the next one gets its turn. An outage (the database does not
 * answer, or a handler says `unavailable`) is nobody's fault and is waited out, however long it takes.
 */
import type { Database } from '@fanfare/database';
import { AppError, type Logger } from '@fanfare/kit';
import { backoffMs, eventRetryMs } from '../backoff.ts';
import { type Envelope, MalformedEvent } from '../envelope.ts';
import { type CommitDeps, committer } from './commit.ts';
import { buryEvent, type DeadLetter } from './dead-letters.ts';
import type { Consumer, Incoming } from './define.ts';

/** A message that the consumer wants, as it was delivered. */
export interface Delivered {
  readonly subject: string;
  readonly body: string;
  readonly envelope: Envelope;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HandlerDeps extends CommitDeps {
  readonly log: Logger;
  /** Sleeps; rejects when the consumer is stopped. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly stopped: () => boolean;
}

export interface Handling {
  /** Resolves when every event is handled, known already, or a dead letter; rejects only when stopped. */
  readonly handle: (batch: readonly Delivered[]) => Promise<void>;
  /** Keeps what is not worth a try. */
  readonly bury: (letter: DeadLetter) => Promise<void>;
}

export function handling(deps: HandlerDeps, consumer: Consumer): Handling {
  const { database, log, metrics } = deps;
  const commit = committer(deps, consumer);

  /** Runs `work` until the outage is over. */
  async function outlast<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(await isOutage(database, error))) throw error;
        log.warn({ err: error, consumer: consumer.durable, tries }, 'waiting for what the consumer needs');
        await deps.pause(backoffMs(tries));
      }
    }
  }

  /** @returns milliseconds until the event is to be tried again; null when it is settled */
  async function tryOne(delivered: Delivered, failures: number): Promise<number | null> {
    try {
      await outlast(() => commit([decode(consumer, delivered)]));
      return null;
    } catch (error) {
      if (deps.stopped()) throw error;
      metrics.failed.inc({ consumer: consumer.durable });
      const wait = error instanceof MalformedEvent ? null : eventRetryMs(failures);
      const about = { err: error, consumer: consumer.durable, event: delivered.envelope.id, failures };
      if (wait !== null) log.warn(about, 'event failed and is tried again');
      else {
        log.error(about, 'event given up: it is a dead letter now');
        await bury({ ...letterOf(delivered), error, attempts: failures });
      }
      return wait;
    }
  }

  async function handleOne(delivered: Delivered): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      const wait = await tryOne(delivered, failures);
      if (wait === null) return;
      await deps.pause(wait);
    }
  }

  async function bury(letter: DeadLetter): Promise<void> {
    await outlast(() => buryEvent(database, consumer.durable, letter));
    metrics.deadLetters.inc({ consumer: consumer.durable });
  }

  async function handle(batch: readonly Delivered[]): Promise<void> {
    if (batch.length > 1) {
      try {
        return await outlast(() => commit(batch.map((delivered) => decode(consumer, delivered))));
      } catch (error) {
        if (deps.stopped()) throw error;
        log.warn({ err: error, consumer: consumer.durable, events: batch.length }, 'batch failed; now one by one');
      }
    }
    for (const delivered of batch) await handleOne(delivered);
  }

  return { handle, bury };
}

const decode = (consumer: Consumer, { subject, body, envelope }: Delivered): Incoming<unknown> => ({
  envelope,
  message: consumer.decode(subject, body),
});

const letterOf = ({ envelope, headers, body, subject }: Delivered): Omit<DeadLetter, 'error' | 'attempts'> => ({
  eventId: envelope.id,
  subject,
  streamSeq: Number(envelope.streamSeq),
  headers,
  payload: body,
});

/** Whether it failed for want of something, rather than for what the event says. */
async function isOutage(database: Database, error: unknown): Promise<boolean> {
  if (error instanceof AppError) return error.kind === 'unavailable';
  return database.query('select 1').then(
    () => false,
    () => true,
  );
}
