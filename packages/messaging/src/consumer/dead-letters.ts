/** Events that failed as often as they may: kept with their error until somebody has them handled again. */
import { type Database, one, type Sql } from '@fanfare/database';
import { decodeHeaders } from '../envelope.ts';
import type { Consumer } from './define.ts';
import { takeNew } from './inbox.ts';

export interface DeadLetter {
  readonly eventId: string;
  readonly subject: string;
  readonly streamSeq: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly error: unknown;
  readonly attempts: number;
}

/** A stack is long and its beginning says it. */
const ERROR_CHARACTERS = 4000;

/** PostgreSQL's text cannot hold a zero byte, which anything that came from outside may have. */
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD');

export async function buryEvent(sql: Sql, consumer: string, letter: DeadLetter): Promise<void> {
  const error = letter.error instanceof Error ? (letter.error.stack ?? letter.error.message) : String(letter.error);
  await sql.query(
    `insert into platform.dead_letters (consumer, event_id, subject, stream_seq, headers, payload, error, attempts)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (consumer, event_id) do update set error = excluded.error, failed_at = excluded.failed_at,
       attempts = dead_letters.attempts + excluded.attempts, resolved_at = null`,
    [
      consumer,
      storable(letter.eventId),
      letter.subject,
      letter.streamSeq,
      // JSON would escape it, and whoever reads the value as text would fail later.
      JSON.stringify(Object.fromEntries(Object.entries(letter.headers).map((header) => header.map(storable)))),
      storable(letter.payload),
      storable(error.slice(0, ERROR_CHARACTERS)),
      letter.attempts,
    ],
  );
}

interface BuriedRow {
  readonly event_id: string;
  readonly subject: string;
  readonly stream_seq: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/**
 * Handles a dead letter again, in one transaction with its inbox row, and marks it resolved.
 * @returns false when the consumer had handled the event meanwhile
 * @throws what the handler throws; the letter stays as it was
 */
export async function replayDeadLetter(database: Database, consumer: Consumer, id: bigint): Promise<boolean> {
  return database.transaction(async (tx) => {
    const row = one(
      await tx.query<BuriedRow>(
        `select event_id, subject, stream_seq, headers, payload from platform.dead_letters
          where id = $1 and consumer = $2 for update`,
        [id, consumer.durable],
      ),
    );
    const isNew = (await takeNew(tx, consumer.durable, [row.event_id])).size > 0;
    if (isNew) {
      const header = (name: string): string => row.headers[name] ?? '';
      const envelope = decodeHeaders({ header, streamSeq: BigInt(row.stream_seq) });
      await consumer.handle({ tx, events: [{ envelope, message: consumer.decode(row.subject, row.payload) }] });
    }
    await tx.query('update platform.dead_letters set resolved_at = clock_timestamp() where id = $1', [id]);
    return isNew;
  });
}
