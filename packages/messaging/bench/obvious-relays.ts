/**
 * How else an outbox is drained. Both publish by the client's own `publish`, know no second relay, and say nothing of
 * order when a publish fails: they do less than the relay they are compared with.
 */
import type { Database } from '@fanfare/database';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { StoredEvent } from '../src/outbox/store.ts';
import type { Scene } from './scene.ts';

/** Read together by the one that publishes one by one. */
const PAGE = 100;
/** As many as the relay has on their way. */
const WINDOW = 256;
const COLUMNS = 'id, message_id as "messageId", subject, headers, payload';

/**
 * The most obvious one: publish, wait for the acknowledgement, delete the row, and so on with the next.
 * @returns how many went out until nothing waited or `stopped` said so
 */
export async function oneByOne({ database, bus }: Scene, stopped: () => boolean): Promise<number> {
  const stream = bus.jetstream();
  for (let count = 0; ; ) {
    const events = await oldest(database, 'platform.outbox', PAGE);
    if (events.length === 0) return count;
    for (const event of events) {
      if (stopped()) return count;
      await stream.publish(event.subject, event.payload, { headers: headersOf(event), msgID: event.messageId });
      await database.query('delete from platform.outbox where id = $1', [event.id]);
      count += 1;
    }
  }
}

const FLAGGED = 'outbox_with_flags';

export async function prepareFlags({ database }: Scene): Promise<void> {
  await database.query(
    `create table ${FLAGGED} (like platform.outbox including defaults including indexes, published_at timestamptz);
     create index on ${FLAGGED} (id) where published_at is null`,
  );
}

/**
 * Another usual one: rows stay and get a flag. Windows like the relay's, all on their way at once, one update for each
 * window. Takes what waits in the outbox over.
 * @returns what drains it, and resolves to how many went out
 */
export async function flagging({ database, bus }: Scene): Promise<() => Promise<number>> {
  await database.query(`insert into ${FLAGGED} select * from platform.outbox`);
  await database.query('truncate platform.outbox');
  const stream = bus.jetstream();
  return async () => {
    for (let count = 0; ; ) {
      const events = await oldest(database, `${FLAGGED} where published_at is null`, WINDOW);
      if (events.length === 0) return count;
      await Promise.all(
        events.map((event) =>
          stream.publish(event.subject, event.payload, { headers: headersOf(event), msgID: event.messageId }),
        ),
      );
      const ids = events.map((event) => event.id);
      await database.query(`update ${FLAGGED} set published_at = now() where id = any($1::bigint[])`, [ids]);
      count += events.length;
    }
  };
}

async function oldest(database: Database, from: string, limit: number): Promise<readonly StoredEvent[]> {
  const { rows } = await database.query<StoredEvent>(`select ${COLUMNS} from ${from} order by id limit $1`, [limit]);
  return rows;
}

function headersOf(event: StoredEvent): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(JSON.parse(event.headers) as Record<string, string>)) {
    made.set(name, value);
  }
  return made;
}
