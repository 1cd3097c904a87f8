/** Asking for coins, over the service's contract. */
import { CoinRequestScope, CoinRequestStatus } from '@fanfare/contracts/economy/v1/coin_requests';
import { type Caller, serviceCaller } from '@fanfare/kit';
import { describe, expect, it } from 'vitest';
import { admin, coin, newId, runningService, user } from './running-service.ts';

const { call, grant, walletOf, statement, sql } = runningService({ env: { COIN_REQUESTS_OPEN_MAX: '5' } });

const {
  COIN_REQUEST_SCOPE_UNSPECIFIED: OWN,
  COIN_REQUEST_SCOPE_SELLER: SELLER,
  COIN_REQUEST_SCOPE_ALL: ALL,
} = CoinRequestScope;
const {
  COIN_REQUEST_STATUS_UNSPECIFIED: ANY,
  COIN_REQUEST_STATUS_PENDING: PENDING,
  COIN_REQUEST_STATUS_APPROVED: APPROVED,
  COIN_REQUEST_STATUS_REJECTED: REJECTED,
} = CoinRequestStatus;

async function create(userId: bigint, more: Partial<Parameters<ReturnType<typeof call>['createCoinRequest']>[0]> = {}) {
  const request = { id: newId(), amount: coin(500n), sellerId: 0n, note: '', ...more };
  const { coinRequest } = await call().createCoinRequest(request, { caller: user(userId) });
  if (coinRequest === undefined) throw new Error('no coin request');
  return coinRequest;
}
const approve = (coinRequestId: string, caller: Caller) => call().approveCoinRequest({ coinRequestId }, { caller });
const reject = (coinRequestId: string, caller: Caller, reason = 'not today') =>
  call().rejectCoinRequest({ coinRequestId, reason }, { caller });
const setSeller = (userId: bigint, more = {}, caller = admin) =>
  call().setCoinSeller(
    {
      userId,
      dailyLimit: coin(100_000n),
      requestLimit: coin(10_000n),
      isActive: true,
      reason: 'trusted',
      ...more,
    },
    { caller },
  );

async function list(
  caller: Caller,
  scope: CoinRequestScope,
  more: { status?: CoinRequestStatus; limit?: number } = {},
) {
  const ids: string[] = [];
  let cursor = '';
  do {
    const request = { scope, status: more.status ?? ANY, cursor, limit: more.limit ?? 0 };
    const page = await call().listCoinRequests(request, { caller });
    ids.push(...page.coinRequests.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== '');
  return ids;
}

describe('a coin request', () => {
  it('moves no coins, and a repeat answers with the request as it is by now', async () => {
    const id = newId();
    const created = await create(100n, { id, note: 'party' });
    expect(created).toMatchObject({ userId: 100n, amount: coin(500n), sellerId: 0n, note: 'party', status: PENDING });
    expect(await create(100n, { id, note: 'party' })).toEqual(created);
    expect(await walletOf(100n)).toContain('COIN 0.00');
    await approve(created.id, admin);
    expect(await create(100n, { id, note: 'party' })).toMatchObject({ id: created.id, status: APPROVED });
  });

  it('made fifty times at once is one', async () => {
    const id = newId();
    const made = await Promise.all(Array.from({ length: 50 }, () => create(101n, { id })));
    expect(new Set(made.map((request) => request.id)).size).toBe(1);
    expect(await list(user(101n), OWN)).toHaveLength(1);
  });

  it.each([
    ['amount', { amount: coin(501n) }],
    ['sellerId', { sellerId: 190n }],
    ['note', { note: 'other' }],
  ])('under a used id with another %s is refused by that name', async (field, other) => {
    await setSeller(190n);
    const id = newId();
    await create(102n, { id });
    await expect(create(102n, { id, ...other })).rejects.toMatchObject({ reason: 'ID_REUSED', details: { field } });
  });

  it('does not meet that of another user who chose the same id', async () => {
    const id = newId();
    expect((await create(103n, { id })).id).not.toBe((await create(104n, { id })).id);
  });

  it.each([
    ['amount', { amount: coin(0n) }],
    ['amount', { amount: coin(-1n) }],
    ['amount', { amount: coin(2n ** 53n) }],
    ['amount', { amount: undefined }],
    ['asset', { amount: { currency: 'POINT', minor: 1n } }],
    ['note', { note: 'x'.repeat(501) }],
    ['note', { note: '\u0000' }],
    ['sellerId', { sellerId: -1n }],
    ['sellerId', { sellerId: 105n }],
    ['id', { id: '' }],
  ])('is refused for its %s: %o', async (field, wrong) => {
    await expect(create(105n, wrong)).rejects.toMatchObject({ fields: { [field]: [expect.any(String)] } });
  });

  it('to somebody who does not sell coins (any more) is refused', async () => {
    await expect(create(106n, { sellerId: 999n })).rejects.toMatchObject({
      kind: 'not_found',
      reason: 'COIN_SELLER_NOT_FOUND',
    });
    await setSeller(191n, { isActive: false });
    await expect(create(106n, { sellerId: 191n })).rejects.toMatchObject({ reason: 'COIN_SELLER_NOT_FOUND' });
  });

  it('is refused when too many are open, also when they are made at once', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => create(107n)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    await expect(create(107n)).rejects.toMatchObject({ reason: 'TOO_MANY_COIN_REQUESTS', details: { limit: '5' } });
    const [first = ''] = await list(user(107n), OWN);
    await reject(first, admin);
    expect(await create(107n)).toMatchObject({ status: PENDING });
  });

  it('is for people', async () => {
    const request = { id: newId(), amount: coin(1n), sellerId: 0n, note: '' };
    const caller = serviceCaller('gifting');
    await expect(call().createCoinRequest(request, { caller })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

describe('deciding', () => {
  it('by an administrator issues the coins, and repeating it changes nothing', async () => {
    const { id } = await create(110n);
    const first = await approve(id, admin);
    expect(first.coinRequest).toMatchObject({ status: APPROVED, decidedBy: 1n, decidedAt: expect.any(Date) });
    expect(await approve(id, admin)).toEqual(first);
    expect(await walletOf(110n)).toContain('COIN 5.00');
    const { transactions } = await statement(110n);
    expect(transactions).toMatchObject([
      { action: 'coin_request', amount: coin(500n), reason: 'Coin request approved' },
    ]);
    expect(JSON.parse(transactions[0]?.metadata ?? '')).toEqual({ coinRequestId: id, userId: 110, decidedBy: 1 });
  });

  it("by a coin seller moves the seller's own coins", async () => {
    await setSeller(111n);
    await grant(111n, 2000n);
    const { id } = await create(112n, { sellerId: 111n });
    expect((await approve(id, user(111n))).coinRequest).toMatchObject({ status: APPROVED, decidedBy: 111n });
    expect([await walletOf(111n), await walletOf(112n)].map(([coins]) => coins)).toEqual(['COIN 15.00', 'COIN 5.00']);
    expect((await statement(111n)).transactions[0]).toMatchObject({ action: 'coin_request', amount: coin(-500n) });
  });

  it('a rejection says why, for good', async () => {
    const { id } = await create(113n);
    const rejected = await reject(id, admin, 'too early');
    expect(rejected.coinRequest).toMatchObject({ status: REJECTED, decidedBy: 1n, reason: 'too early' });
    expect(await reject(id, admin, 'changed my mind')).toEqual(rejected);
    await expect(approve(id, admin)).rejects.toMatchObject({
      kind: 'failed_precondition',
      reason: 'COIN_REQUEST_RESOLVED',
      details: { status: 'rejected' },
    });
    expect(await walletOf(113n)).toContain('COIN 0.00');
    const audited = await sql(
      `select caller, reason from platform.audit_entries where action = 'coin_request.reject'
                                and details->>'coinRequestId' = $1`,
      [id],
    );
    expect(audited).toEqual([{ caller: 'user:1', reason: 'too early' }]);
  });

  it('an approved one cannot be rejected, nor approved by somebody else', async () => {
    const { id } = await create(114n);
    await approve(id, admin);
    const resolved = { reason: 'COIN_REQUEST_RESOLVED', details: { status: 'approved' } };
    await expect(reject(id, admin)).rejects.toMatchObject(resolved);
    const other = { ...admin, userId: 2n };
    await expect(approve(id, other)).rejects.toMatchObject(resolved);
  });

  it('is for administrators and for sellers who may, and nobody decides their own', async () => {
    await Promise.all([setSeller(115n), setSeller(116n), setSeller(117n, { isActive: false })]);
    const addressed = await create(118n, { sellerId: 115n });
    const own = await create(116n);
    const forbidden = { kind: 'forbidden' };
    for (const decide of [approve, reject]) {
      await expect(decide(addressed.id, user(118n))).rejects.toMatchObject(forbidden);
      await expect(decide(addressed.id, user(116n))).rejects.toMatchObject(forbidden);
      await expect(decide(addressed.id, user(117n))).rejects.toMatchObject(forbidden);
      await expect(decide(own.id, user(116n))).rejects.toMatchObject(forbidden);
      await expect(decide(newId(), admin)).rejects.toMatchObject({ reason: 'COIN_REQUEST_NOT_FOUND' });
      await expect(decide('1 or 1=1', admin)).rejects.toMatchObject({ reason: 'COIN_REQUEST_NOT_FOUND' });
    }
    await expect(reject(addressed.id, admin, '')).rejects.toMatchObject({ fields: { reason: [expect.any(String)] } });
    const tooLong = reject(addressed.id, admin, 'x'.repeat(501));
    await expect(tooLong).rejects.toMatchObject({ fields: { reason: [expect.any(String)] } });
    expect(await list(user(118n), OWN, { status: PENDING })).toEqual([addressed.id]);
  });
});

describe('lists of coin requests', () => {
  it('show a user their own, newest first, page by page, by status', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await create(120n)).id);
    expect(await list(user(120n), OWN, { limit: 2 })).toEqual(made);
    const [newest = '', second = ''] = made;
    await approve(newest, admin);
    await reject(second, admin);
    expect(await list(user(120n), OWN, { status: APPROVED })).toEqual([newest]);
    expect(await list(user(120n), OWN, { status: REJECTED })).toEqual([second]);
    expect(await list(user(120n), OWN, { status: PENDING, limit: 1 })).toEqual(made.slice(2));
  });

  it('show a seller what they may decide, and what they have decided', async () => {
    await Promise.all([setSeller(130n), setSeller(131n), grant(130n, 10_000n)]);
    const [own, toThem, toAnother, toAnybody] = [
      await create(130n),
      await create(132n, { sellerId: 130n }),
      await create(132n, { sellerId: 131n }),
      await create(132n),
    ];
    const open = await list(user(130n), SELLER);
    expect(open).toEqual(expect.arrayContaining([toThem.id, toAnybody.id]));
    expect(open).not.toContain(own.id);
    expect(open).not.toContain(toAnother.id);
    await approve(toThem.id, user(130n));
    expect(await list(user(130n), SELLER, { status: PENDING })).not.toContain(toThem.id);
    expect(await list(user(130n), SELLER, { status: APPROVED })).toEqual([toThem.id]);
    await expect(list(user(132n), SELLER)).rejects.toMatchObject({ kind: 'forbidden' });
    await setSeller(130n, { isActive: false });
    await expect(list(user(130n), SELLER)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it("show administrators everybody's", async () => {
    const { id } = await create(133n);
    expect(await list(admin, ALL, { limit: 100 })).toContain(id);
    await expect(list(user(133n), ALL)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('refuse a limit over 100 and a foreign cursor', async () => {
    const ask = (more: object) =>
      call().listCoinRequests({ scope: OWN, status: ANY, cursor: '', limit: 0, ...more }, { caller: user(133n) });
    await expect(ask({ limit: 101 })).rejects.toMatchObject({ fields: { limit: [expect.any(String)] } });
    await expect(ask({ cursor: 'abc' })).rejects.toMatchObject({ fields: { cursor: [expect.any(String)] } });
    await expect(ask({ scope: 9 })).rejects.toMatchObject({ fields: { scope: [expect.any(String)] } });
  });
});

describe('coin sellers', () => {
  it('are made, changed and ended by administrators, each with an audit row', async () => {
    const { coinSeller } = await setSeller(140n);
    expect(coinSeller).toMatchObject({ userId: 140n, dailyLimit: coin(100_000n), isActive: true });
    await setSeller(140n, { requestLimit: coin(1n) });
    const ended = await setSeller(140n, { isActive: false, reason: 'left' });
    expect(ended.coinSeller).toMatchObject({ isActive: false, createdAt: coinSeller?.createdAt });
    const rows = await sql(`select reason, details->>'isActive' as active from platform.audit_entries
                             where action = 'coin_seller.set' and target = 'user:140' order by id`);
    expect(rows).toEqual([
      { reason: 'trusted', active: 'true' },
      { reason: 'trusted', active: 'true' },
      { reason: 'left', active: 'false' },
    ]);
    await expect(setSeller(141n, {}, user(141n))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it.each([
    ['userId', { userId: 0n }],
    ['dailyLimit', { dailyLimit: undefined }],
    ['dailyLimit', { dailyLimit: coin(-1n) }],
    ['requestLimit', { requestLimit: { currency: 'DIAMOND', minor: 1n } }],
    ['reason', { reason: '' }],
  ])('are refused for their %s', async (field, wrong) => {
    await expect(setSeller(142n, wrong)).rejects.toMatchObject({ fields: { [field]: [expect.any(String)] } });
  });

  it('are listed newest first, page by page', async () => {
    for (const userId of [150n, 151n, 152n]) await setSeller(userId);
    const seen: bigint[] = [];
    let cursor = '';
    do {
      const page = await call().listCoinSellers({ cursor, limit: 2 }, { caller: admin });
      seen.push(...page.coinSellers.map(({ userId }) => userId));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen.slice(0, 3)).toEqual([152n, 151n, 150n]);
    expect(new Set(seen).size).toBe(seen.length);
    await expect(call().listCoinSellers({ cursor: '', limit: 0 }, { caller: user(150n) })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });
});
