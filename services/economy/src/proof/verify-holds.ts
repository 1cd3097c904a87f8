/**
 * Every hold rebuilt from its journals. Each journal that has changed a hold is looked at in the order of the chain: the
 * hold must be what the journal made of it, and resolved by no other. A hold that is over never changes again, and one
 * that is open can only be resolved by a journal that comes later; so nothing has to be of one moment but the counts.
 */
import type pg from 'pg';
import { readEntryKeys } from '../ledger/entry-keys.ts';
import { type HoldStatus, STATUS_AFTER } from '../ledger/hold.ts';
import { int8Array, uuidArray } from '../posting/binary-array.ts';
import { LedgerProblem } from './ledger-problem.ts';
import { readTuples } from './verify-session.ts';

const PAGE = 2000;

type JournalTuple = readonly [
  batch: string,
  id: string,
  operation: string,
  hold: string,
  postedAt: Date,
  entryKeys: Buffer,
];

const READ_JOURNALS = `
  select batch, id, operation, hold, posted_at, entry_keys from journals
   where hold is not null and (batch, id) > ($1, $2::uuid) and batch <= $3 order by batch, id limit $4`;

interface HoldRow {
  readonly id: string;
  readonly account_id: string;
  readonly operation: string;
  readonly minor: string;
  readonly captured_minor: string;
  readonly status: HoldStatus;
  readonly resolved_by: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly resolved_at: Date | null;
  /** Of the journal that it names as the one that resolved it. */
  readonly resolution: string | null;
  readonly resolution_at: Date | null;
}

const READ_HOLDS = `
  select holds.*, journals.hold as resolution, journals.posted_at as resolution_at
    from holds left join journals on journals.id = resolved_by
   where holds.id = any($1::uuid[])`;

// What repays a debt in the same journal is taken out of what the hold sets free.
const READ_DEBITS = `
  select journal_id, sum(minor)::text from unnest($1::int8[], $2::int8[]) as key (account_id, seq)
    join entries on entries.account_id = key.account_id and entries.seq = key.seq
   where action <> 'debt_repaid'
   group by journal_id`;

/** A journal's change of a hold, as hold.ts writes it. */
type Change =
  | readonly ['reserve', accountId: string, minor: string, expiresAt: number]
  | readonly ['capture', holdId: string, minor: string]
  | readonly ['void' | 'expire', holdId: string];

interface HoldJournal {
  readonly tuple: JournalTuple;
  readonly change: Change;
  readonly holdId: string;
}

/** @throws LedgerProblem naming the first hold or journal that is wrong */
export async function verifyHolds(client: pg.Client, pinnedBatch: bigint): Promise<void> {
  let from: readonly [string, string] = ['0', '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const values = [...from, pinnedBatch, PAGE];
    const journals = (await readTuples<JournalTuple>(client, READ_JOURNALS, values)).map(holdJournal);
    const ids = uuidArray(journals, ({ holdId }) => holdId);
    const { rows } = await client.query<HoldRow>(READ_HOLDS, [ids]);
    const holds = new Map(rows.map((row) => [row.id, row]));
    for (const journal of journals) checkJournal(journal, holds.get(journal.holdId));
    await checkCaptures(client, journals, holds);
    const last = journals.at(-1)?.tuple;
    if (last === undefined) return;
    from = [last[0], last[1]];
  }
}

/** The chain has been verified: the text is one that hold.ts made. */
function holdJournal(tuple: JournalTuple): HoldJournal {
  const change = JSON.parse(tuple[3]) as Change;
  return { tuple, change, holdId: change[0] === 'reserve' ? tuple[1] : change[1] };
}

function checkJournal({ tuple, change, holdId }: HoldJournal, hold: HoldRow | undefined): void {
  const [, id, operation, , postedAt] = tuple;
  if (hold === undefined) throw new LedgerProblem(`hold ${holdId} of journal ${id} is missing`);
  if (change[0] !== 'reserve') {
    if (hold.resolved_by !== id) throw new LedgerProblem(`hold ${holdId} does not say that journal ${id} resolved it`);
    return;
  }
  const [, accountId, minor, expiresAt] = change;
  expectEqual(holdId, 'account', hold.account_id, accountId);
  expectEqual(holdId, 'operation', hold.operation, operation);
  expectEqual(holdId, 'amount', hold.minor, minor);
  expectEqual(holdId, 'creation', hold.created_at.toISOString(), postedAt.toISOString());
  expectEqual(holdId, 'expiry', hold.expires_at.toISOString(), new Date(expiresAt).toISOString());
  checkResolution(hold);
}

/** What the hold says of its end, against the journal that it names for it. */
function checkResolution(hold: HoldRow): void {
  const { id, status, resolution } = hold;
  if (hold.resolved_by === null) {
    expectEqual(id, 'status', status, 'open');
    expectEqual(id, 'captured amount', hold.captured_minor, '0');
    expectEqual(id, 'resolution', String(hold.resolved_at), 'null');
    return;
  }
  const change = resolution === null ? undefined : (JSON.parse(resolution) as Change);
  if (change === undefined || change[0] === 'reserve' || change[1] !== id) {
    throw new LedgerProblem(`hold ${id} names journal ${hold.resolved_by}, which did not resolve it`);
  }
  expectEqual(id, 'status', status, STATUS_AFTER[change[0]]);
  expectEqual(id, 'captured amount', hold.captured_minor, change[0] === 'capture' ? change[2] : '0');
  expectEqual(id, 'resolution', hold.resolved_at?.toISOString() ?? 'null', hold.resolution_at?.toISOString() ?? 'null');
}

function expectEqual(holdId: string, what: string, found: string, right: string): void {
  if (found !== right) throw new LedgerProblem(`hold ${holdId}: its ${what} is ${found} and should be ${right}`);
}

/** A capture takes from the hold's account exactly what it says. */
async function checkCaptures(
  client: pg.Client,
  journals: readonly HoldJournal[],
  holds: ReadonlyMap<string, HoldRow>,
): Promise<void> {
  const captures = journals.filter(({ change }) => change[0] === 'capture');
  if (captures.length === 0) return;
  const debits = captures.flatMap(({ tuple, holdId }) =>
    readEntryKeys(tuple[5]).filter(({ accountId }) => `${accountId}` === holds.get(holdId)?.account_id),
  );
  const values = [int8Array(debits, ({ accountId }) => accountId), int8Array(debits, ({ seq }) => seq)];
  const sums = new Map(await readTuples<readonly [string, string]>(client, READ_DEBITS, values));
  for (const { tuple, change, holdId } of captures) {
    const taken = sums.get(tuple[1]) ?? '0';
    if (taken !== `-${change[2]}`) {
      throw new LedgerProblem(`journal ${tuple[1]} captures ${change[2]} of hold ${holdId} and moves ${taken}`);
    }
  }
}
