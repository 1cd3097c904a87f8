/**
 * Events of this service that are no journals. Their outbox ids come from the head like those of journals, so that ids
 * stay without a gap and in commit order; `notices` counts them, so that ids less notices are journals.
 */
import { one, type Sql } from '@fanfare/database';
import { type Announcement, outboxRow } from '@fanfare/messaging';

// What batches of all replicas wait for is held for a second at most: then the server ends this session.
const TAKE_IDS = `
  update ledger_head set outbox_id = outbox_id + $1, notices = notices + $1 where id = 1
  returning outbox_id - $1 as before, set_config('idle_in_transaction_session_timeout', '1000', true)`;

const INSERT = `
  insert into platform.outbox (id, message_id, subject, headers, payload)
  select $1::int8 + position, message_id, subject, headers, payload
    from unnest($2::text[], $3::text[], $4::text[], $5::text[])
         with ordinality as row (message_id, subject, headers, payload, position)`;

/** A notice's outbox id, which is a version that grows with every event of whatever entity. */
export type VersionOf = (index: number) => bigint;

/**
 * Announces in the caller's transaction, with two round trips and those of `make`. Call it last and commit at once: from
 * here to the commit no journal is posted. Wake the relay after the commit.
 * @param make the notices, `count` of them. What it reads of the ledger is as it stands between the events before them
 * and those behind
 */
export async function announceNotices(
  tx: Sql,
  count: number,
  make: (versionOf: VersionOf) => Promise<readonly Announcement[]>,
): Promise<void> {
  if (count === 0) return;
  const { before } = one(await tx.query<{ before: string }>(TAKE_IDS, [count]));
  const rows = (await make((index) => BigInt(before) + BigInt(index + 1))).map(outboxRow);
  await tx.query(INSERT, [
    before,
    rows.map((row) => row.messageId),
    rows.map((row) => row.subject),
    rows.map((row) => row.headers),
    rows.map((row) => row.payload),
  ]);
}
