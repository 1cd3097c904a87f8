/**
 * How else it is done, as well as it can be: one transaction for each gift on a connection of each client, with the
 * same tables, constraints, triggers and rows as the engine's. They do less than the engine: no hash chain, no
 * gapless event ids, no look-up of repeats but the primary key, no balances of the wallet's other accounts, and an
 * event that is ready-made (`message`).
 */
import pg from 'pg';
import type { LedgerCommand } from '../src/ledger/command.ts';
import { entryKeys } from '../src/ledger/entry-keys.ts';
import { intentText } from '../src/ledger/intent.ts';

export interface Baseline {
  /** Commits one gift on the connection of this client. */
  readonly post: (client: number, command: LedgerCommand) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The form of an event, of the size that the engine writes. */
export interface Message {
  readonly headers: string;
  readonly payload: string;
}

export const BASELINE_CLIENTS = 16;

/** Locks, looks, decides here, writes: eight statements, each waited for, as any driver or ORM does it. */
export const interactive = (databaseUrl: string, message: Message): Promise<Baseline> =>
  openBaseline(databaseUrl, (client, command) => postInteractively(client, command, message));

/** The same decided in the database: one call, one round trip. */
export async function procedure(databaseUrl: string, message: Message): Promise<Baseline> {
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query(POST_GIFT).finally(() => admin.end());
  return openBaseline(databaseUrl, (client, command) => callProcedure(client, command, message));
}

async function openBaseline(
  connectionString: string,
  post: (client: pg.Client, command: LedgerCommand) => Promise<void>,
): Promise<Baseline> {
  const clients = await Promise.all(
    Array.from({ length: BASELINE_CLIENTS }, async () => {
      const client = new pg.Client({ connectionString, options: '-c jit=off' });
      await client.connect();
      return client;
    }),
  );
  return {
    post: async (index, command) => {
      const client = clients[index];
      if (client === undefined) throw new Error(`there is no client ${index}`);
      await post(client, command);
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

const LOCK = {
  name: 'lock',
  text: `select id, balance_minor, held_minor, floor_minor, seq, frozen from accounts
          where id = any($1::int8[]) order by id for update`,
};
const JOURNAL = {
  name: 'journal',
  text: `insert into journals (id, batch, operation, intent, context, reason, user_id, coin_minor, diamond_minor,
                               point_minor, entry_keys, tenant_id, posted_at)
         values ($1, 0, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, clock_timestamp())`,
};
const ENTRIES = {
  name: 'entries',
  text: `insert into entries (account_id, seq, journal_id, minor, balance_after_minor, action, created_at)
         select account_id, seq, $1::uuid, minor, balance, action, clock_timestamp()
           from unnest($2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::text[])
                as row (account_id, seq, minor, balance, action)`,
};
const OUTBOX = {
  name: 'outbox',
  text: `insert into platform.outbox (message_id, subject, headers, payload)
         values ($1, 'evt.economy.journal.posted.v1', $2, $3)`,
};
const MOVE = {
  name: 'move',
  text: `update accounts set balance_minor = row.balance, seq = row.seq
           from unnest($1::int8[], $2::int8[], $3::int8[]) as row (id, balance, seq)
          where accounts.id = any($1::int8[]) and accounts.id = row.id`,
};

interface Locked {
  readonly id: string;
  readonly balance_minor: string;
  readonly held_minor: string;
  readonly floor_minor: string;
  readonly seq: string;
  readonly frozen: boolean;
}

async function postInteractively(client: pg.Client, command: LedgerCommand, message: Message): Promise<void> {
  const { journalId, operation, intent, context, reason, userId, tenantId, legs } = command;
  await client.query({ name: 'begin', text: 'begin' });
  const { rows } = await client.query<Locked>({ ...LOCK, values: [legs.map((leg) => leg.accountId)] });
  const accounts = new Map(rows.map((row) => [row.id, row]));
  const moved = legs.map(({ accountId, minor, action }) => {
    const account = accounts.get(`${accountId}`);
    if (account === undefined) throw new Error(`account ${accountId} is not open`);
    const balance = BigInt(account.balance_minor) + minor;
    if (minor < 0n && (account.frozen || balance - BigInt(account.held_minor) < BigInt(account.floor_minor))) {
      throw new Error('a gift was refused');
    }
    return { accountId, minor, action, balance, seq: BigInt(account.seq) + 1n };
  });
  const [ids, seqs] = [moved.map((each) => each.accountId), moved.map((each) => each.seq)];
  const balances = moved.map((each) => each.balance);
  const rest = [intentText(intent), context, reason, userId, balances[0], entryKeys(moved), tenantId];
  await client.query({ ...JOURNAL, values: [journalId, operation, ...rest] });
  const [minors, actions] = [moved.map((each) => each.minor), moved.map((each) => each.action)];
  await client.query({ ...ENTRIES, values: [journalId, ids, seqs, minors, balances, actions] });
  await client.query({ ...OUTBOX, values: [journalId, message.headers, message.payload] });
  await client.query({ ...MOVE, values: [ids, balances, seqs] });
  await client.query({ name: 'commit', text: 'commit' });
}

// Overdrafts are refused by the tables' own check. Rows are locked in the order of their ids, as above.
const POST_GIFT = `
create or replace function post_gift(
  gift uuid, operation text, intent text, context text, reason text, sender int8, tenant text,
  ids int8[], minors int8[], actions text[], headers text, payload text
) returns timestamptz language plpgsql as $$
declare
  now timestamptz := clock_timestamp();
  any_frozen boolean;
  own int8;
  keys bytea;
begin
  select bool_or(frozen) into any_frozen
    from (select frozen from accounts where id = any(ids) order by id for update) as locked;
  if any_frozen then raise exception 'an account is frozen'; end if;
  with leg as (
    select * from unnest(ids, minors, actions) with ordinality as leg (id, minor, action, position)
  ), moved as (
    update accounts set balance_minor = balance_minor + leg.minor, seq = seq + 1
      from leg where accounts.id = any(ids) and accounts.id = leg.id
    returning accounts.id, accounts.seq, accounts.balance_minor, leg.minor, leg.action, leg.position
  ), entered as (
    insert into entries (account_id, seq, journal_id, minor, balance_after_minor, action, created_at)
    select moved.id, moved.seq, gift, moved.minor, moved.balance_minor, moved.action, now from moved
  )
  select string_agg(int8send(moved.id) || int8send(moved.seq), '' order by position),
         max(moved.balance_minor) filter (where position = 1)
    into keys, own from moved;
  insert into journals (id, batch, operation, intent, context, reason, user_id, coin_minor, diamond_minor, point_minor,
                        entry_keys, tenant_id, posted_at)
  values (gift, 0, operation, intent, context, reason, sender, own, 0, 0, keys, tenant, now);
  insert into platform.outbox (message_id, subject, headers, payload)
  values (gift::text, 'evt.economy.journal.posted.v1', headers, payload);
  return now;
end $$`;

const CALL = { name: 'post_gift', text: 'select post_gift($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)' };

async function callProcedure(client: pg.Client, command: LedgerCommand, message: Message): Promise<void> {
  const { journalId, operation, intent, context, reason, userId, tenantId, legs } = command;
  const columns = [legs.map((leg) => leg.accountId), legs.map((leg) => leg.minor), legs.map((leg) => leg.action)];
  const journal = [journalId, operation, intentText(intent), context, reason, userId, tenantId];
  await client.query({ ...CALL, values: [...journal, ...columns, message.headers, message.payload] });
}
