import { describe, expect, it } from 'vitest';
import { soakViews } from '../soak/views.ts';
import { testLedger } from './ledger.ts';

const ledger = testLedger();

async function received(): Promise<{ readonly views: string; readonly minor: string } | undefined> {
  const [row] = await ledger.sql<{ views: string; minor: string }>(
    `select count(*) as views, coalesce(sum(minor), 0) as minor from entries where action = 'view_received' and minor > 0`,
  );
  return row;
}

describe('ten thousand views', () => {
  it('of a tenth of a point come to exactly 1,000.0, and no view recorded again pays again', async () => {
    const progress: number[] = [];
    const onProgress = (done: number): void => void progress.push(done);
    expect(await soakViews({ databaseUrl: ledger.database.url, views: 10_000, onProgress })).toEqual([]);
    expect(await received()).toEqual({ views: '10000', minor: '100000' });
    expect(progress.at(-1)).toBe(10_000);
  });

  it('are found out when somebody has more than they were paid', async () => {
    await ledger.sql(`
      create function one_more() returns trigger language plpgsql as $$
      begin new.balance_minor := new.balance_minor + 1; return new; end $$;
      create trigger one_more before update on accounts for each row
        when (new.owner_id = 1000000001 and new.kind = 1) execute function one_more()`);
    const problems = await soakViews({ databaseUrl: ledger.database.url, views: 1000 });
    expect(problems).toEqual([expect.stringContaining('user 1000000001 earned')]);
  });
});
