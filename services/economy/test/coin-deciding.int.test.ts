/** Deciding coin requests at once, and dying in the middle of it. */
import { randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@fanfare/database';
import { type Call, type Caller, silentLogger } from '@fanfare/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvalCommand } from '../src/coin-requests/approval.ts';
import type { Decider, Deciding } from '../src/coin-requests/coin-request.ts';
import { createCoinRequest } from '../src/coin-requests/create-coin-request.ts';
import { approveCoinRequest, rejectCoinRequest } from '../src/coin-requests/decide-coin-request.ts';
import { finishUnfinished } from '../src/coin-requests/finish-unfinished.ts';
import { claim } from '../src/coin-requests/request-store.ts';
import { setCoinSeller } from '../src/coin-requests/set-coin-seller.ts';
import type { Engine } from '../src/posting/engine.ts';
import { setWalletFrozen } from '../src/wallets/set-wallet-frozen.ts';
import { coins, everybody, grant, reasonOf, testLedger } from './ledger.ts';
import { admin, user } from './running-service.ts';

const ledger = testLedger();
let database: Database;
let engines: readonly Engine[];
beforeAll(async () => {
  database = openDatabase({ url: ledger.database.url, poolSize: 16, log: silentLogger });
  engines = [ledger.engine, await ledger.openEngine()];
});
afterAll(() => database.stop?.());

const callOf = (caller: Caller): Call => ({ caller, correlationId: randomUUID(), remainingMs: () => null });

/** Any of two replicas. */
let turn = 0;
const deps = () => {
  turn += 1;
  const engine = engines[turn % engines.length];
  if (engine === undefined) throw new Error('no engine');
  return { engine, database };
};

const approve = (coinRequestId: string, caller: Caller) =>
  approveCoinRequest(deps(), callOf(caller), { coinRequestId });
const reject = (coinRequestId: string, caller: Caller) =>
  rejectCoinRequest(deps(), callOf(caller), { coinRequestId, reason: 'no' });

let nextUser = 1000n;
const someUser = (): bigint => {
  nextUser += 1n;
  return nextUser;
};

async function request(minor: bigint, userId = someUser()): Promise<{ readonly id: string; readonly userId: bigint }> {
  const asked = { id: randomUUID(), amount: minor, sellerId: 0n, note: '' };
  const creating = { database, config: { COIN_REQUESTS_OPEN_MAX: 1000 } };
  return createCoinRequest(creating, callOf(user(userId)), asked);
}

async function seller(funds: bigint, dailyLimit = 1_000_000n): Promise<bigint> {
  const userId = someUser();
  await setSeller(userId, dailyLimit);
  if (funds > 0n) await ledger.engine.post(grant(userId, funds), 0);
  return userId;
}

const setSeller = (userId: bigint, dailyLimit: bigint) =>
  setCoinSeller({ database, users: everybody }, callOf(admin), {
    userId,
    dailyLimit,
    requestLimit: 1_000_000n,
    isActive: true,
    reason: 'trusted',
  });

async function balanceOf(userId: bigint): Promise<bigint> {
  const rows = await ledger.sql<{ balance: string }>('select balance_minor as balance from accounts where id = $1', [
    coins(userId),
  ]);
  return BigInt(rows[0]?.balance ?? 0);
}

const statusOf = async (id: string): Promise<string | undefined> =>
  (await ledger.sql<{ status: string }>('select status from coin_requests where id = $1', [id]))[0]?.status;

/** How many journals a request has, whatever their ids are. */
const journalsOf = async (id: string): Promise<number> =>
  (
    await ledger.sql(
      `select 1 from journals where operation = 'coin_request.approve' and context::jsonb->>'coinRequestId' = $1`,
      [id],
    )
  ).length;

/** The step to `deciding`, by a process that then dies. */
async function begin(id: string, userId: bigint, as: Decider['as']): Promise<Deciding> {
  const claimed = await claim(database, id, { userId, key: `user:${userId}`, as }, 'correlation');
  if (claimed === null) throw new Error('not claimed');
  return claimed;
}

const fates = async (tries: readonly Promise<unknown>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(tries)).map((fate) =>
    fate.status === 'fulfilled' ? 'decided' : String((fate.reason as { readonly reason?: string }).reason),
  );

describe('many who decide one request at once', () => {
  it('make one journal: fifty approvals by ten sellers on two replicas', async () => {
    const sellers = await Promise.all(Array.from({ length: 10 }, () => seller(5000n)));
    const { id, userId } = await request(2000n);
    const tries = Array.from({ length: 50 }, (_, n) => approve(id, user(sellers[n % 10] ?? 0n)));
    const results = await fates(tries);
    expect(results.filter((fate) => fate === 'decided')).toHaveLength(5);
    expect(new Set(results)).toEqual(new Set(['decided', 'COIN_REQUEST_RESOLVED']));
    expect(await journalsOf(id)).toBe(1);
    expect(await balanceOf(userId)).toBe(2000n);
    const left = await Promise.all(sellers.map(balanceOf));
    expect(left.reduce((sum, balance) => sum + balance, 0n)).toBe(48_000n);
  });

  it('find the one who can pay', async () => {
    const poor = await Promise.all(Array.from({ length: 8 }, () => seller(100n)));
    const rich = await seller(5000n);
    const { id, userId } = await request(2000n);
    const results = await fates([...poor, rich, ...poor].map((each) => approve(id, user(each))));
    expect(results[8]).toBe('decided');
    expect(results.filter((fate) => fate === 'decided')).toHaveLength(1);
    expect([await balanceOf(userId), await balanceOf(rich), await journalsOf(id)]).toEqual([2000n, 3000n, 1]);
  });

  it('approving and rejecting has one winner', async () => {
    const who = await seller(1_000_000n);
    for (let round = 0; round < 20; round += 1) {
      const { id, userId } = await request(100n);
      const results = await fates([
        approve(id, user(who)),
        reject(id, admin),
        approve(id, admin),
        reject(id, user(who)),
      ]);
      expect(results.filter((fate) => fate === 'decided')).toHaveLength(1);
      expect(results.filter((fate) => fate === 'COIN_REQUEST_RESOLVED')).toHaveLength(3);
      const approved = (await statusOf(id)) === 'approved';
      expect([await journalsOf(id), await balanceOf(userId)]).toEqual(approved ? [1, 100n] : [0, 0n]);
    }
  });

  it("keep a seller's day within its limit", async () => {
    const who = await seller(1_000_000n, 1000n);
    const requests = await Promise.all(Array.from({ length: 10 }, () => request(300n)));
    const results = await fates(requests.map(({ id }) => approve(id, user(who))));
    expect(results.filter((fate) => fate === 'decided')).toHaveLength(3);
    expect(results.filter((fate) => fate === 'LIMIT_EXCEEDED')).toHaveLength(7);
    expect(await balanceOf(who)).toBe(1_000_000n - 900n);
  });
});

describe('an approval that the ledger refuses', () => {
  it('leaves the request open for the same seller, and for others', async () => {
    const [first, second] = [await seller(100n), await seller(0n)];
    const { id, userId } = await request(2000n);
    await expect(approve(id, user(first))).rejects.toMatchObject({
      reason: 'INSUFFICIENT_FUNDS',
      details: { required: '20.00', available: '1.00' },
    });
    expect(await statusOf(id)).toBe('pending');
    await expect(approve(id, user(second))).rejects.toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    await ledger.engine.post(grant(first, 5000n), 0);
    expect(await approve(id, user(first))).toMatchObject({ status: 'approved', decider: { userId: first } });
    expect([await balanceOf(userId), await journalsOf(id)]).toEqual([2000n, 1]);
  });

  it('is told when the seller is frozen, over the day, or over what one request may be', async () => {
    const who = await seller(5000n, 1000n);
    const { id } = await request(2000n);
    await expect(approve(id, user(who))).rejects.toMatchObject({
      reason: 'LIMIT_EXCEEDED',
      details: { limit: '10.00', available: '10.00' },
    });
    await setSeller(who, 10_000n);
    await setWalletFrozen({ database, users: everybody }, callOf(admin), {
      userId: who,
      frozen: true,
      reason: 'check',
    });
    await expect(approve(id, user(who))).rejects.toMatchObject({ reason: 'ACCOUNT_FROZEN' });
    await ledger.sql('update coin_sellers set request_limit_minor = 1999 where user_id = $1', [who]);
    await expect(approve(id, user(who))).rejects.toMatchObject({
      reason: 'LIMIT_EXCEEDED',
      details: { limit: '19.99', available: '19.99' },
    });
    expect([await statusOf(id), await journalsOf(id)]).toEqual(['pending', 0]);
  });

  it('cannot be posted any more by a process that wakes late, not even one the ledger does not remember', async () => {
    const who = await seller(5000n, 0n);
    const { id, userId } = await request(2000n);
    const late = await begin(id, who, 'seller');
    await finishUnfinished(deps(), silentLogger, 0);
    expect(await statusOf(id)).toBe('pending');
    // The very command that the sleeper was about to send, by limits that would allow it now.
    const verdict = await ledger.engine.post(approvalCommand(late, 1_000_000n, ''), 0);
    expect(reasonOf(verdict)).toBe('LIMIT_EXCEEDED');
    await reject(id, admin);
    expect([await journalsOf(id), await balanceOf(userId)]).toEqual([0, 0n]);
  });
});

describe('an approval whose process died', () => {
  it('before it told the ledger is finished by whoever finds it', async () => {
    const { id, userId } = await request(2000n);
    await begin(id, 1n, 'admin');
    expect(await finishUnfinished(deps(), silentLogger, 0)).toBe(1);
    expect([await statusOf(id), await balanceOf(userId), await journalsOf(id)]).toEqual(['approved', 2000n, 1]);
    expect(await finishUnfinished(deps(), silentLogger, 0)).toBe(0);
  });

  it('before it noted the answer is finished without another journal, by several at once', async () => {
    const who = await seller(2000n);
    const { id, userId } = await request(2000n);
    const begun = await begin(id, who, 'seller');
    await ledger.engine.post(approvalCommand(begun, 1_000_000n, ''), 0);
    await Promise.all(Array.from({ length: 5 }, () => finishUnfinished(deps(), silentLogger, 0)));
    expect([await statusOf(id), await balanceOf(userId), await journalsOf(id)]).toEqual(['approved', 2000n, 1]);
  });

  it('after it was refused is open again', async () => {
    const who = await seller(0n);
    const { id } = await request(2000n);
    const begun = await begin(id, who, 'seller');
    await ledger.engine.post(approvalCommand(begun, 1_000_000n, ''), 0);
    await finishUnfinished(deps(), silentLogger, 0);
    expect([await statusOf(id), await journalsOf(id)]).toEqual(['pending', 0]);
  });

  it('is left alone while it is young', async () => {
    const { id } = await request(2000n);
    await begin(id, 1n, 'admin');
    expect(await finishUnfinished(deps(), silentLogger)).toBe(0);
    expect(await statusOf(id)).toBe('deciding');
    expect(await approve(id, admin)).toMatchObject({ status: 'approved', decider: { userId: 1n } });
  });

  it('is carried on by a rejection, which then comes too late', async () => {
    const { id, userId } = await request(2000n);
    await begin(id, 1n, 'admin');
    await expect(reject(id, user(await seller(0n)))).rejects.toMatchObject({
      reason: 'COIN_REQUEST_RESOLVED',
      details: { status: 'approved' },
    });
    expect(await balanceOf(userId)).toBe(2000n);
  });
});

it('the coins of an administrator are issued with one audit row, those of a seller with none', async () => {
  const [byAdmin, bySeller] = [await request(500n), await request(500n)];
  await Promise.all([approve(byAdmin.id, admin), approve(byAdmin.id, admin)]);
  await approve(bySeller.id, user(await seller(500n)));
  const audited = `select caller, target from platform.audit_entries
                    where action = 'coin_request.approve' and details->>'coinRequestId' = $1`;
  expect(await ledger.sql(audited, [byAdmin.id])).toEqual([{ caller: 'user:1', target: `user:${byAdmin.userId}` }]);
  expect(await ledger.sql(audited, [bySeller.id])).toEqual([]);
});
