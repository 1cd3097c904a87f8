/** Every account rebuilt from its entries: seq without a gap, each running balance, and the balance itself. */
import type pg from 'pg';
import { LedgerProblem } from './ledger-problem.ts';

const ACCOUNTS = 2000;
const ENTRIES = 20_000;

interface AccountRow {
  readonly id: string;
  readonly balance_minor: string;
  readonly seq: string;
}

/** account_id, seq, minor, balance_after_minor; arrays are a third faster to read than objects. */
type EntryTuple = readonly [string, string, string, string];

/** Where the rebuilding of one account stands. */
interface Rebuilt {
  readonly account: AccountRow;
  seq: bigint;
  balance: bigint;
}

// A row of accounts is of one moment; its entries up to its seq never change after that.
const READ_ACCOUNTS = 'select id, balance_minor, seq from accounts where id > $1 order by id limit $2';
const READ_ENTRIES = `
  select account_id, seq, minor, balance_after_minor from entries
   where (account_id, seq) > ($1, $2) and account_id <= $3 order by account_id, seq limit $4`;

/** @throws LedgerProblem naming the first account or entry that is wrong */
export async function verifyAccounts(client: pg.Client, onProgress: (entries: number) => void): Promise<void> {
  let done = 0;
  let from = '-1';
  for (;;) {
    const { rows } = await client.query<AccountRow>(READ_ACCOUNTS, [from, ACCOUNTS]);
    const last = rows.at(-1);
    if (last === undefined) return;
    const accounts = new Map(rows.map((account) => [account.id, { account, seq: 0n, balance: 0n }]));
    await rebuild(client, accounts, from, last.id, (entries) => {
      done += entries;
      onProgress(done);
    });
    for (const rebuilt of accounts.values()) checkAccount(rebuilt);
    from = last.id;
  }
}

async function rebuild(
  client: pg.Client,
  accounts: ReadonlyMap<string, Rebuilt>,
  after: string,
  last: string,
  onPage: (entries: number) => void,
): Promise<void> {
  // Behind every entry of the account before the first one.
  let position: readonly [string, string] = [after, `${2n ** 63n - 1n}`];
  for (;;) {
    const values = [...position, last, ENTRIES];
    const { rows } = await client.query<EntryTuple>({ text: READ_ENTRIES, values, rowMode: 'array' } as pg.QueryConfig);
    for (const entry of rows) apply(accounts.get(entry[0]), entry);
    onPage(rows.length);
    const end = rows.at(-1);
    if (end === undefined || rows.length < ENTRIES) return;
    position = [end[0], end[1]];
  }
}

function apply(rebuilt: Rebuilt | undefined, [accountId, seqText, minor, balanceAfter]: EntryTuple): void {
  const seq = BigInt(seqText);
  // Opened or posted to after its row was read: not a part of what is verified. Entries without any account are
  // found by their count.
  if (rebuilt === undefined || seq > BigInt(rebuilt.account.seq)) return;
  if (seq !== rebuilt.seq + 1n) throw new LedgerProblem(`account ${accountId}: entry ${rebuilt.seq + 1n} is missing`);
  const balance = rebuilt.balance + BigInt(minor);
  if (balance !== BigInt(balanceAfter)) {
    throw new LedgerProblem(`entry ${accountId}-${seq}: its balance is ${balanceAfter} and should be ${balance}`);
  }
  rebuilt.seq = seq;
  rebuilt.balance = balance;
}

function checkAccount({ account, seq, balance }: Rebuilt): void {
  if (seq !== BigInt(account.seq)) throw new LedgerProblem(`account ${account.id}: entry ${seq + 1n} is missing`);
  if (balance !== BigInt(account.balance_minor)) {
    throw new LedgerProblem(`account ${account.id} has ${account.balance_minor}, its entries sum to ${balance}`);
  }
}
