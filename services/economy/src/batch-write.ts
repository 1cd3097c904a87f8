/**
 * Second round trip of a batch: one statement writes everything it did, and the commit follows it in the same flight.
 * The commit cannot be taken back by a look at the statement's answer, so every guard raises inside the statement.
 */
import type { OutboxRow } from '@fanfare/messaging';
import type pg from 'pg';
import { currencyIndexOf, kindOf, ownerOf } from './accounts.ts';
import { batchHash } from './batch-hash.ts';
import { allSettledOrThrow, type Head } from './batch-read.ts';
import type { Folded, Journal } from './fold.ts';
import { journalPosted } from './journal-event.ts';
import { NotCommitted } from './retry.ts';

// Hash joins only (the engine's session allows no other): a plan that was made while a table was small stays good.
const WRITE = `
with opened as (
  insert into accounts (id, kind, owner_id, currency, balance_minor, held_minor, floor_minor, seq, frozen, created_at)
  select id, kind, owner_id, currency, balance, 0, floor, seq, false, $1::timestamptz
    from unnest($2::int8[], $3::int2[], $4::int8[], $5::int2[], $6::int8[], $7::int8[], $8::int8[])
         as row (id, kind, owner_id, currency, balance, floor, seq)
), moved as (
  update accounts set balance_minor = row.balance, seq = row.seq
    from unnest($9::int8[], $10::int8[], $11::int8[], $12::int8[]) as row (id, balance, seq, seq_before)
   where accounts.id = any($9::int8[]) and accounts.id = row.id and accounts.seq = row.seq_before
  returning 1
), posted as (
  insert into journals (id, batch, operation, intent, context, reason, user_id, coin_minor, diamond_minor, point_minor,
                        account_ids, seqs, tenant_id, posted_at)
  select id, $13::int8, operation, intent, context, reason, user_id, coin, diamond, point,
         account_ids::int8[], seqs::int8[], tenant_id, $1::timestamptz
    from unnest($14::uuid[], $15::text[], string_to_array($16, E'\\x01'), string_to_array($17, E'\\x01'), $18::text[],
                $19::int8[], $20::int8[], $21::int8[], $22::int8[], string_to_array($23, ' '),
                string_to_array($24, ' '), $25::text[])
         as row (id, operation, intent, context, reason, user_id, coin, diamond, point, account_ids, seqs, tenant_id)
), entered as (
  insert into entries (account_id, seq, journal_id, minor, balance_after_minor, action, created_at)
  select account_id, seq, journal_id, minor, balance_after, action, $1::timestamptz
    from unnest($26::int8[], $27::int8[], $28::uuid[], $29::int8[], $30::int8[], $31::text[])
         as row (account_id, seq, journal_id, minor, balance_after, action)
), refused as (
  insert into refusals (journal_id, intent, kind, reason, message, details, refused_at)
  select journal_id, intent, kind, reason, message, details::jsonb, $1::timestamptz
    from unnest($32::uuid[], $33::text[], $34::text[], $35::text[], $36::text[], $37::text[])
         as row (journal_id, intent, kind, reason, message, details)
  on conflict (journal_id) do update
     set intent = excluded.intent, kind = excluded.kind, reason = excluded.reason, message = excluded.message,
         details = excluded.details, refused_at = excluded.refused_at
), announced as (
  insert into platform.outbox (id, message_id, subject, headers, payload, created_at)
  select $38::int8 + position, message_id, subject, headers::json, payload::json, $1::timestamptz
    from unnest($39::text[], $40::text[], string_to_array($41, E'\\x01'), string_to_array($42, E'\\x01')) with ordinality
         as row (message_id, subject, headers, payload, position)
), audited as (
  insert into platform.audit_entries (caller, action, target, reason, details, correlation_id, tenant_id)
  select caller, action, target, reason, details::jsonb, correlation_id, tenant_id
    from unnest($43::text[], $44::text[], $45::text[], $46::text[], $47::text[], $48::text[], $49::text[])
         as row (caller, action, target, reason, details, correlation_id, tenant_id)
), chained as (
  insert into batches (number, hash, journal_ids)
  select $13::int8, $50::bytea, $14::uuid[] where cardinality($14::uuid[]) > 0
), head as (
  update ledger_head
     set batch = $13::int8, hash = $50::bytea, outbox_id = $38::int8 + cardinality($39::text[])
   where id = 1 and batch = $51::int8 and outbox_id = $38::int8
  returning 1
)
select case when (select count(*) from moved) <> cardinality($9::int8[]) then ledger_fail('an account moved meanwhile')
            when (select count(*) from head) <> 1 then ledger_fail('the head moved meanwhile')
            else 0 end`;

/** The values of {@link writeBatch} for what was folded. Pure. @throws when a command has what no row can be made of */
export function rowsOf(head: Head, folded: Folded): readonly unknown[] {
  const postsJournals = folded.journals.length > 0;
  const number = postsJournals ? head.batch + 1n : head.batch;
  const hash = postsJournals ? batchHash(head.hash, number, head.now, folded.journals.map(hashed)) : head.hash;
  return [
    head.now,
    ...openedColumns(folded),
    ...movedColumns(folded),
    number,
    ...journalColumns(folded.journals),
    ...entryColumns(folded.journals),
    ...refusalColumns(folded),
    head.outboxId,
    ...outboxColumns(folded.journals.map((journal) => journalPosted(journal, number, head.now))),
    ...auditColumns(folded.journals),
    hash,
    head.batch,
  ];
}

/**
 * Writes the rows of a batch and commits.
 * @throws pg.DatabaseError when the database refuses it: nothing was committed. Any other failure leaves open whether
 * it was; the same commands, sent again, find out by their ids.
 */
export async function writeBatch(client: pg.Client, rows: readonly unknown[]): Promise<void> {
  const [, commit] = await allSettledOrThrow([
    client.query({ name: 'write_batch', text: WRITE, values: [...rows] }),
    client.query('commit'),
  ]);
  // Committing an aborted transaction answers ROLLBACK, without an error.
  if (commit.command !== 'COMMIT') throw new NotCommitted('the batch was rolled back');
}

/** An array literal of numbers, uuids or subjects: nothing in it needs quotes, and the driver would escape each element. */
function plain<Row>(rows: readonly Row[], column: (row: Row) => bigint | number | string): string {
  return `{${rows.map(column).join(',')}}`;
}

/**
 * JSON texts as one text: as elements of an array literal every quote in them would be escaped, which takes more time
 * than making them. JSON has no control character in it but white space.
 */
function joined<Row>(rows: readonly Row[], column: (row: Row) => string): string {
  return rows.map(column).join('\u0001');
}

function openedColumns({ accounts }: Folded): readonly string[] {
  const rows = accounts.filter(({ before }) => before === null);
  return [
    plain(rows, ({ id }) => id),
    plain(rows, ({ id }) => kindOf(id)),
    plain(rows, ({ id }) => ownerOf(id)),
    plain(rows, ({ id }) => currencyIndexOf(id)),
    plain(rows, ({ after }) => after.balance),
    plain(rows, ({ after }) => after.floor),
    plain(rows, ({ after }) => after.seq),
  ];
}

function movedColumns({ accounts }: Folded): readonly string[] {
  const rows = accounts.flatMap(({ id, before, after }) => (before === null ? [] : [{ id, before, after }]));
  return [
    plain(rows, ({ id }) => id),
    plain(rows, ({ after }) => after.balance),
    plain(rows, ({ after }) => after.seq),
    plain(rows, ({ before }) => before.seq),
  ];
}

function journalColumns(journals: readonly Journal[]): readonly unknown[] {
  return [
    plain(journals, ({ command }) => command.journalId),
    journals.map(({ command }) => command.operation),
    joined(journals, ({ intent }) => intent),
    joined(journals, ({ command }) => command.context),
    journals.map(({ command }) => command.reason),
    plain(journals, ({ command }) => command.userId),
    plain(journals, ({ balances }) => balances[0]),
    plain(journals, ({ balances }) => balances[1]),
    plain(journals, ({ balances }) => balances[2]),
    journals.map(({ entries }) => plain(entries, ({ accountId }) => accountId)).join(' '),
    journals.map(({ entries }) => plain(entries, ({ seq }) => seq)).join(' '),
    journals.map(({ command }) => command.tenantId),
  ];
}

function entryColumns(journals: readonly Journal[]): readonly unknown[] {
  const rows = journals.flatMap(({ command, entries }) =>
    entries.map((entry) => ({ ...entry, journalId: command.journalId })),
  );
  return [
    plain(rows, ({ accountId }) => accountId),
    plain(rows, ({ seq }) => seq),
    plain(rows, ({ journalId }) => journalId),
    plain(rows, ({ minor }) => minor),
    plain(rows, ({ balanceAfter }) => balanceAfter),
    rows.map(({ action }) => action),
  ];
}

function refusalColumns({ refusals }: Folded): readonly unknown[] {
  return [
    plain(refusals, ({ journalId }) => journalId),
    refusals.map(({ intent }) => intent),
    refusals.map(({ refusal }) => refusal.kind),
    refusals.map(({ refusal }) => refusal.reason),
    refusals.map(({ refusal }) => refusal.message),
    refusals.map(({ refusal }) => JSON.stringify(refusal.details)),
  ];
}

const outboxColumns = (rows: readonly OutboxRow[]): readonly unknown[] => [
  plain(rows, ({ messageId }) => messageId),
  plain(rows, ({ subject }) => subject),
  joined(rows, ({ headers }) => headers),
  joined(rows, ({ payload }) => payload),
];

function auditColumns(journals: readonly Journal[]): readonly unknown[] {
  const rows = journals.flatMap(({ command }) => (command.audit === null ? [] : [{ ...command.audit, command }]));
  return [
    rows.map(({ caller }) => caller),
    rows.map(({ action }) => action),
    rows.map(({ target }) => target),
    rows.map(({ reason }) => reason),
    rows.map(({ details, command }) => JSON.stringify({ ...details, journalId: command.journalId })),
    rows.map(({ command }) => command.correlationId),
    rows.map(({ command }) => command.tenantId),
  ];
}

const hashed = ({ command, intent, entries, balances }: Journal) => ({
  id: command.journalId,
  operation: command.operation,
  intent,
  context: command.context,
  reason: command.reason,
  userId: command.userId,
  balances,
  tenantId: command.tenantId,
  entries,
});
