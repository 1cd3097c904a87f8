/** What must be true when everything has calmed down. */
import { streamOf } from '@fanfare/contracts';
import type { Database } from '@fanfare/database';
import type { Bus } from '../bus.ts';
import { MESSAGE_ID_HEADER } from '../envelope.ts';
import { type ItemMoved, itemMoved, SERVICE } from './item.ts';

interface Message extends ItemMoved {
  readonly seq: number;
  readonly messageId: string;
}

/** The whole stream, in its order. */
async function readStream(bus: Bus): Promise<readonly Message[]> {
  const { streams } = await bus.manager();
  const { state } = await streams.info(streamOf(SERVICE));
  const messages: Message[] = [];
  for (let page = state.first_seq; page <= state.last_seq; page += 500) {
    const sequences = Array.from({ length: Math.min(500, state.last_seq - page + 1) }, (_, index) => page + index);
    const stored = await Promise.all(sequences.map((seq) => streams.getMessage(streamOf(SERVICE), { seq })));
    for (const message of stored) {
      if (message === null) continue;
      const moved = itemMoved.codec.fromJSON(message.json());
      messages.push({ ...moved, seq: message.seq, messageId: message.header.get(MESSAGE_ID_HEADER) });
    }
  }
  return messages;
}

/** @returns what is wrong; nothing when all is as it must be */
export async function findProblems(database: Database, bus: Bus): Promise<readonly string[]> {
  const problems: string[] = [];
  const stream = await readStream(bus);
  const reached = new Map<number, number>();
  for (const { item, version, seq } of stream) {
    const last = reached.get(item) ?? 0;
    if (version !== last + 1) problems.push(`stream ${seq}: item ${item} goes from version ${last} to ${version}`);
    reached.set(item, version);
  }
  const items = await database.query<{ id: number; version: number }>(
    'select id, version from items where version > 0',
  );
  for (const { id, version } of items.rows) {
    const got = reached.get(id) ?? 0;
    if (got !== version) problems.push(`item ${id} was committed up to ${version}, and is in the stream up to ${got}`);
  }
  return [...problems, ...(await misplaced(database, stream)), ...(await wrongEffects(database))];
}

async function misplaced(database: Database, stream: readonly Message[]): Promise<readonly string[]> {
  const { rows } = await database.query<{ message_id: string; stream_seq: string }>(
    'select message_id, stream_seq from platform.outbox_sent',
  );
  const noted = new Map(rows.map((row) => [row.message_id, Number(row.stream_seq)]));
  return stream.flatMap(({ messageId, seq }) =>
    noted.get(messageId) === seq ? [] : [`${messageId} is at ${seq}, and is noted at ${noted.get(messageId)}`],
  );
}

async function wrongEffects(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ item: number; version: number; count: number }>(
    `select id as item, n as version, count(effects.item)::int as count
       from items cross join lateral generate_series(1, version) n
       left join effects on effects.item = id and effects.version = n
      group by id, n having count(effects.item) <> 1`,
  );
  return rows.map(({ item, version, count }) => `version ${version} of item ${item} had its effect ${count} times`);
}
