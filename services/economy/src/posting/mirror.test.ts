import { describe, expect, it } from 'vitest';
import { userAccount } from '../ledger/accounts.ts';
import { WorkingAccounts } from '../ledger/working-accounts.ts';
import type { Head } from './batch-read.ts';
import { Mirror } from './mirror.ts';

const account = userAccount(1n, 'COIN');
const row = { balance: 5n, held: 0n, floor: 0n, seq: 1n, frozen: false };
const head = (version: bigint, hash = 0): Head => ({
  version,
  batch: version,
  outboxId: version,
  hash: Buffer.alloc(32, hash),
  now: new Date(1000),
});

/** The accounts as a batch that has moved the one to this balance leaves them. */
function moved(balance: bigint) {
  const accounts = new WorkingAccounts(new Map([[account, row]]));
  Object.assign(accounts.get(account), { balance, seq: 2n });
  return accounts.changed();
}

function knowing(): Mirror {
  const mirror = new Mirror();
  mirror.read(head(1n), 0);
  mirror.set(account, row);
  return mirror;
}

describe('what is known of the ledger', () => {
  it('is kept while the head is the same, and forgotten with another version or another history', () => {
    const mirror = knowing();
    mirror.read(head(1n), 0);
    expect(mirror.get(account)).toEqual(row);
    mirror.read(head(1n, 7), 0);
    expect(mirror.get(account)).toBeUndefined();
    const other = knowing();
    other.read(head(2n), 0);
    expect(other.get(account)).toBeUndefined();
  });

  it('tells an account that does not exist from one that is not known', () => {
    const mirror = knowing();
    mirror.set(userAccount(2n, 'COIN'), null);
    expect([mirror.get(userAccount(2n, 'COIN')), mirror.get(userAccount(3n, 'COIN'))]).toEqual([null, undefined]);
  });

  it('goes on with each batch, and back to before the first one that was lost, without what they changed', () => {
    const mirror = knowing();
    mirror.advance(head(2n, 2), moved(4n));
    mirror.advance(head(3n, 3), moved(3n));
    expect([mirror.head?.version, mirror.get(account)?.balance]).toEqual([3n, 3n]);
    mirror.retreat(head(1n), moved(3n));
    expect([mirror.head?.version, mirror.get(account)]).toEqual([1n, undefined]);
  });

  it('forgets what was not used for a generation, and keeps what was', () => {
    const mirror = knowing();
    mirror.set(userAccount(2n, 'COIN'), row);
    const fill = (from: number): void => {
      for (let user = from; user < from + 2 ** 17; user += 1) mirror.set(userAccount(BigInt(user), 'COIN'), null);
    };
    fill(10);
    expect(mirror.get(account)).toEqual(row);
    fill(1_000_000);
    expect([mirror.get(account), mirror.get(userAccount(2n, 'COIN'))]).toEqual([row, undefined]);
  });

  it("has the database's time, which never goes back", () => {
    const mirror = knowing();
    mirror.heard(new Date(5000), 100);
    expect(mirror.now(350.7).getTime()).toBe(5250);
    mirror.heard(new Date(10), 400);
    expect(mirror.now(400).getTime()).toBe(1000);
  });
});
