/**
 * Second round trip of a batch: what it did is written, and the commit follows in the same flight. The commit cannot be
 * taken back by a look at an answer, so every guard raises inside its statement.
 *
 * Every journal is one statement's work whatever the batch. What few batches have (accounts that open, refusals, holds,
 * limits, audit rows) are statements of their own, sent only when there is something for them.
 */
import type { OutboxRow } from '@fanfare/messaging';
import type pg from 'pg';
import { batchHash, type HashedJournal } from '../ledger/batch-hash.ts';
import { entryKeys } from '../ledger/entry-keys.ts';
import type { Folded, Journal } from '../ledger/fold.ts';
import { journalPosted } from '../ledger/journal-event.ts';
import { allSettledOrThrow, type Head } from './batch-read.ts';
import { byteaArray, int8Array, textArray, uuidArray } from './binary-array.ts';
import { NotCommitted } from './retry.ts';

/** A prepared statement and its values. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

// Arrays are unnested in the select list, where they run side by side; in FROM each would be stored first.
// Hash joins only (the engine's session allows no other): a plan that was made while a table was small stays good.
const WRITE_JOURNALS = `
with moved as (
  update accounts set balance_minor = row.balance, held_minor = row.held, seq = row.seq
    from (select unnest($2::int8[]) as id, unnest($3::int8[]) as balance, unnest($4::int8[]) as held,
                 unnest($5::int8[]) as seq, unnest($6::int8[]) as seq_before) as row
   where accounts.id = any($2::int8[]) and accounts.id = row.id and accounts.seq = row.seq_before
  returning 1
), posted as (
  insert into journals (id, batch, operation, intent, context, reason, user_id, coin_minor, diamond_minor, point_minor,
                        entry_keys, hold, tenant_id, posted_at)
  select unnest($7::uuid[]), $8::int8, unnest($9::text[]), unnest($10::text[]), unnest($11::text[]),
         unnest($12::text[]), unnest($13::int8[]), unnest($14::int8[]), unnest($15::int8[]), unnest($16::int8[]),
         unnest($17::bytea[]), unnest($18::text[]), unnest($19::text[]), $1::timestamptz
), entered as (
  insert into entries (account_id, seq, journal_id, minor, balance_after_minor, action, created_at)
  select unnest($20::int8[]), unnest($21::int8[]), unnest($22::uuid[]), unnest($23::int8[]), unnest($24::int8[]),
         unnest($25::text[]), $1::timestamptz
), announced as (
  insert into platform.outbox (id, message_id, subject, headers, payload, created_at)
  select unnest($26::int8[]), unnest($27::text[]), unnest($28::text[]), unnest($29::text[]), unnest($30::text[]),
         $1::timestamptz
), chained as (
  insert into batches (number, hash, journal_ids) values ($8::int8, $31::bytea, $7::uuid[])
), head as (
  update ledger_head
     set version = version + 1, batch = $8::int8, hash = $31::bytea,
         outbox_id = outbox_id + cardinality($7::uuid[])
   where id = 1 and batch = $8::int8 - 1 and outbox_id = $32::int8
  returning 1
)
select case when (select count(*) from moved) <> cardinality($2::int8[]) then ledger_fail('an account moved meanwhile')
            when (select count(*) from head) <> 1 then ledger_fail('the head moved meanwhile')
            else 0 end`;

const OPEN_ACCOUNTS = `
  insert into accounts (id, kind, owner_id, currency, balance_minor, held_minor, floor_minor, seq, frozen, created_at)
  select id, (id >> 2) & 15, id >> 6, id & 3, balance, held, floor, seq, false, $1::timestamptz
    from (select unnest($2::int8[]) as id, unnest($3::int8[]) as balance, unnest($4::int8[]) as held,
                 unnest($5::int8[]) as floor, unnest($6::int8[]) as seq) as row`;

const WRITE_REFUSALS = `
  insert into refusals (journal_id, intent, kind, reason, message, details, refused_at)
  select journal_id, intent, kind, reason, message, details::jsonb, $1::timestamptz
    from (select unnest($2::uuid[]) as journal_id, unnest($3::text[]) as intent, unnest($4::text[]) as kind,
                 unnest($5::text[]) as reason, unnest($6::text[]) as message, unnest($7::text[]) as details) as row
  on conflict (journal_id) do update
     set intent = excluded.intent, kind = excluded.kind, reason = excluded.reason, message = excluded.message,
         details = excluded.details, refused_at = excluded.refused_at`;

const WRITE_AUDIT = `
  insert into platform.audit_entries (caller, action, target, reason, details, correlation_id, tenant_id)
  select caller, action, target, reason, details::jsonb, correlation_id, tenant_id
    from (select unnest($1::text[]) as caller, unnest($2::text[]) as action, unnest($3::text[]) as target,
                 unnest($4::text[]) as reason, unnest($5::text[]) as details, unnest($6::text[]) as correlation_id,
                 unnest($7::text[]) as tenant_id) as row`;

// One that opens and ends in the same batch is inserted as it ends. A trigger refuses to resolve one twice.
const WRITE_HOLDS = `
with row as materialized (
  select unnest($2::uuid[]) as id, unnest($3::int8[]) as account_id, unnest($4::text[]) as operation,
         unnest($5::int8[]) as minor, unnest($6::int8[]) as captured_minor, unnest($7::text[]) as status,
         unnest($8::uuid[]) as resolved_by, unnest($9::text[])::timestamptz as expires_at,
         unnest($10::text[])::boolean as opens
), opened as (
  insert into holds (id, account_id, operation, minor, captured_minor, status, resolved_by, created_at, expires_at, resolved_at)
  select id, account_id, operation, minor, captured_minor, status, resolved_by, $1::timestamptz, expires_at,
         case when resolved_by is not null then $1::timestamptz end
    from row where opens
), resolved as (
  update holds set captured_minor = row.captured_minor, status = row.status, resolved_by = row.resolved_by,
                   resolved_at = $1::timestamptz
    from row where holds.id = any($2::uuid[]) and holds.id = row.id and not row.opens
  returning 1
)
select case when (select count(*) from resolved) <> (select count(*) from row where not opens)
            then ledger_fail('a hold vanished meanwhile') else 0 end`;

const WRITE_LIMITS = `
  insert into limit_counters (key, used_minor, expires_at)
  select unnest($1::text[]), unnest($2::int8[]), unnest($3::text[])::timestamptz
  on conflict (key) do update set used_minor = excluded.used_minor, expires_at = excluded.expires_at`;

/** Where the ledger stands after a batch: one version on if it has journals, and where it was if it has none. Pure. */
export function headAfter(head: Head, { journals }: Folded): Head {
  if (journals.length === 0) return head;
  const batch = head.batch + 1n;
  return {
    version: head.version + 1n,
    batch,
    outboxId: head.outboxId + BigInt(journals.length),
    hash: batchHash(head.hash, batch, head.now, journals.map(hashed)),
    now: head.now,
  };
}

/** What {@link writeBatch} sends for what was folded. Pure. @throws when a command has what no row can be made of */
export function statementsOf(head: Head, next: Head, folded: Folded): readonly Statement[] {
  const statements = [
    openedStatement(head, folded),
    refusalStatement(head, folded),
    auditStatement(folded),
    holdStatement(head, folded),
    limitStatement(folded),
    folded.journals.length === 0 ? null : journalStatement(head, next, folded),
  ];
  return statements.filter((statement) => statement !== null);
}

/**
 * Writes the rows of a batch and commits.
 * @throws pg.DatabaseError when the database refuses it: nothing was committed. Any other failure leaves open whether
 * it was; the same commands, sent again, find out by their ids.
 */
export async function writeBatch(client: pg.Client, statements: readonly Statement[]): Promise<void> {
  const results = await allSettledOrThrow([
    ...statements.map(({ values, ...statement }) => client.query({ ...statement, values: [...values] })),
    client.query('commit'),
  ]);
  // Committing an aborted transaction answers ROLLBACK, without an error.
  if (results.at(-1)?.command !== 'COMMIT') throw new NotCommitted('the batch was rolled back');
}

function journalStatement(head: Head, next: Head, { accounts, journals }: Folded): Statement {
  const moved = accounts.flatMap(({ before, ...after }) => (before === null ? [] : [{ before, ...after }]));
  const entries = journals.flatMap(({ command, entries: of }) =>
    of.map((entry) => ({ journalId: command.journalId, entry })),
  );
  const events = journals.map((journal) => journalPosted(journal, next.batch, head.now));
  const values = [
    head.now,
    int8Array(moved, ({ id }) => id),
    int8Array(moved, ({ balance }) => balance),
    int8Array(moved, ({ held }) => held),
    int8Array(moved, ({ seq }) => seq),
    int8Array(moved, ({ before }) => before.seq),
    ...journalColumns(journals, next.batch),
    int8Array(entries, ({ entry }) => entry.accountId),
    int8Array(entries, ({ entry }) => entry.seq),
    uuidArray(entries, ({ journalId }) => journalId),
    int8Array(entries, ({ entry }) => entry.minor),
    int8Array(entries, ({ entry }) => entry.balanceAfter),
    textArray(entries, ({ entry }) => entry.action),
    ...outboxColumns(events, head.outboxId),
    next.hash,
    head.outboxId,
  ];
  return { name: 'write_journals', text: WRITE_JOURNALS, values };
}

function journalColumns(journals: readonly Journal[], batch: bigint): readonly unknown[] {
  return [
    uuidArray(journals, ({ command }) => command.journalId),
    batch,
    textArray(journals, ({ command }) => command.operation),
    textArray(journals, ({ intent }) => intent),
    textArray(journals, ({ command }) => command.context),
    textArray(journals, ({ command }) => command.reason),
    int8Array(journals, ({ command }) => command.userId),
    int8Array(journals, ({ balances }) => balances[0]),
    int8Array(journals, ({ balances }) => balances[1]),
    int8Array(journals, ({ balances }) => balances[2]),
    byteaArray(journals, ({ entries }) => entryKeys(entries)),
    textArray(journals, ({ hold }) => hold),
    textArray(journals, ({ command }) => command.tenantId),
  ];
}

function outboxColumns(rows: readonly OutboxRow[], after: bigint): readonly unknown[] {
  let id = after;
  return [
    int8Array(rows, () => {
      id += 1n;
      return id;
    }),
    textArray(rows, ({ messageId }) => messageId),
    textArray(rows, ({ subject }) => subject),
    textArray(rows, ({ headers }) => headers),
    textArray(rows, ({ payload }) => payload),
  ];
}

function openedStatement(head: Head, { accounts }: Folded): Statement | null {
  const rows = accounts.filter(({ before }) => before === null);
  if (rows.length === 0) return null;
  const values = [
    head.now,
    int8Array(rows, ({ id }) => id),
    int8Array(rows, ({ balance }) => balance),
    int8Array(rows, ({ held }) => held),
    int8Array(rows, ({ floor }) => floor),
    int8Array(rows, ({ seq }) => seq),
  ];
  return { name: 'open_accounts', text: OPEN_ACCOUNTS, values };
}

function refusalStatement(head: Head, { refusals }: Folded): Statement | null {
  if (refusals.length === 0) return null;
  const values = [
    head.now,
    uuidArray(refusals, ({ journalId }) => journalId),
    textArray(refusals, ({ intent }) => intent),
    textArray(refusals, ({ refusal }) => refusal.kind),
    textArray(refusals, ({ refusal }) => refusal.reason),
    textArray(refusals, ({ refusal }) => refusal.message),
    textArray(refusals, ({ refusal }) => JSON.stringify(refusal.details)),
  ];
  return { name: 'write_refusals', text: WRITE_REFUSALS, values };
}

function auditStatement({ journals }: Folded): Statement | null {
  const rows = journals.flatMap(({ command }) => (command.audit === null ? [] : [{ ...command.audit, command }]));
  if (rows.length === 0) return null;
  const values = [
    textArray(rows, ({ caller }) => caller),
    textArray(rows, ({ action }) => action),
    textArray(rows, ({ target }) => target),
    textArray(rows, ({ reason }) => reason),
    textArray(rows, ({ details, command }) => JSON.stringify({ ...details, journalId: command.journalId })),
    textArray(rows, ({ command }) => command.correlationId),
    textArray(rows, ({ command }) => command.tenantId),
  ];
  return { name: 'write_audit', text: WRITE_AUDIT, values };
}

function holdStatement(head: Head, { holds }: Folded): Statement | null {
  if (holds.length === 0) return null;
  const values = [
    head.now,
    uuidArray(holds, ({ id }) => id),
    int8Array(holds, ({ accountId }) => accountId),
    textArray(holds, ({ operation }) => operation),
    int8Array(holds, ({ minor }) => minor),
    int8Array(holds, ({ capturedMinor }) => capturedMinor),
    textArray(holds, ({ status }) => status),
    holds.map(({ resolvedBy }) => resolvedBy),
    textArray(holds, ({ expiresAt }) => expiresAt.toISOString()),
    textArray(holds, ({ opens }) => `${opens}`),
  ];
  return { name: 'write_holds', text: WRITE_HOLDS, values };
}

function limitStatement({ limits }: Folded): Statement | null {
  if (limits.length === 0) return null;
  const values = [
    textArray(limits, ({ key }) => key),
    int8Array(limits, ({ used }) => used),
    textArray(limits, ({ expiresAt }) => expiresAt.toISOString()),
  ];
  return { name: 'write_limits', text: WRITE_LIMITS, values };
}

/** What the chain covers of a journal. */
export const hashed = ({ command, intent, entries, balances, hold }: Journal): HashedJournal => ({
  id: command.journalId,
  operation: command.operation,
  intent,
  context: command.context,
  reason: command.reason,
  userId: command.userId,
  balances,
  tenantId: command.tenantId,
  entries,
  hold,
});
