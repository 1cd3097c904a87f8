import type { Caller } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { admin, coin, gifting, newId, runningService, user } from './running-service.ts';

const { call, grant, transfer, walletOf, statement, sql, natsUrl } = runningService();

describe('a wallet', () => {
  it('has zeros before its first posting', async () => {
    expect(await walletOf(10n)).toEqual(['COIN 0.00', 'DIAMOND 0.00', 'POINT 0.00']);
  });

  it('can be seen by its owner, administrators and services, and by nobody else', async () => {
    const ask = (caller: Caller) => call().getWallet({ userId: 10n }, { caller });
    for (const caller of [user(10n), admin, gifting]) expect((await ask(caller)).balances).toHaveLength(3);
    await expect(ask(user(11n))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(call().getWallet({ userId: 0n }, { caller: admin })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a grant', () => {
  it('credits any asset and leaves one audit row, however often it is repeated', async () => {
    const request = { id: newId(), userId: 12n, amount: { currency: 'DIAMOND', minor: 250n }, reason: 'contest' };
    const first = await call().grant(request, { caller: admin });
    expect(await call().grant(request, { caller: admin })).toEqual(first);
    expect(await walletOf(12n)).toEqual(['COIN 0.00', 'DIAMOND 2.50', 'POINT 0.00']);
    const rows = await sql('select caller, action, reason from platform.audit_entries where target = $1', ['user:12']);
    expect(rows).toEqual([{ caller: 'user:1', action: 'wallet.grant', reason: 'contest' }]);
  });

  it('is for administrators only', async () => {
    const request = { id: newId(), userId: 12n, amount: coin(1n), reason: 'please' };
    await expect(call().grant(request, { caller: user(12n) })).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it.each([
    ['amount', { amount: coin(0n) }],
    ['amount', { amount: coin(-5n) }],
    ['amount', { amount: coin(2n ** 53n) }],
    ['amount', { amount: undefined }],
    ['asset', { amount: { currency: 'GOLD', minor: 1n } }],
    ['userId', { userId: 0n }],
    ['reason', { reason: '' }],
    ['id', { id: '' }],
    ['id', { id: 'x'.repeat(129) }],
  ])('is refused for its %s: %o', async (field, wrong) => {
    await expect(grant(12n, 1n, wrong)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { [field]: [expect.any(String)] },
    });
  });
});

describe('a transfer', () => {
  it('moves coins, and a repeat answers as the first time did', async () => {
    await grant(20n, 10_000n);
    const first = await transfer(20n, 21n, 2500n, 'twice');
    expect(await transfer(20n, 21n, 2500n, 'twice')).toEqual(first);
    expect(first).toMatchObject({ fromUserId: 20n, toUserId: 21n, amount: coin(2500n) });
    expect([await walletOf(20n), await walletOf(21n)]).toEqual([
      ['COIN 75.00', 'DIAMOND 0.00', 'POINT 0.00'],
      ['COIN 25.00', 'DIAMOND 0.00', 'POINT 0.00'],
    ]);
  });

  it('tells what is required and what is available', async () => {
    await grant(22n, 15_000n);
    await expect(transfer(22n, 23n, 20_000n)).rejects.toMatchObject({
      kind: 'failed_precondition',
      reason: 'INSUFFICIENT_FUNDS',
      message: 'Insufficient funds. Required: 200.00, Available: 150.00',
      details: { required: '200.00', available: '150.00' },
    });
  });

  it('under a used id with another amount is refused by that name', async () => {
    await grant(24n, 100n);
    await transfer(24n, 25n, 10n, 'used');
    const reused = { kind: 'already_exists', reason: 'ID_REUSED', details: { field: 'amount' } };
    await expect(transfer(24n, 25n, 11n, 'used')).rejects.toMatchObject(reused);
  });

  it('does not meet another user who chose the same id', async () => {
    await Promise.all([grant(26n, 100n), grant(27n, 100n)]);
    const [one, two] = await Promise.all([transfer(26n, 28n, 10n, 'same'), transfer(27n, 28n, 10n, 'same')]);
    expect(one.id).not.toBe(two.id);
  });

  it('from a frozen wallet is refused, to a frozen one is not', async () => {
    await Promise.all([grant(29n, 100n), grant(30n, 100n)]);
    await sql('update accounts set frozen = true where owner_id = 29 and kind = 1', []);
    await expect(transfer(29n, 30n, 10n)).rejects.toMatchObject({ reason: 'ACCOUNT_FROZEN' });
    expect(await transfer(30n, 29n, 10n)).toMatchObject({ toUserId: 29n });
  });

  it('to oneself, of another asset, of nothing, or by nobody is refused', async () => {
    await expect(transfer(20n, 20n, 1n)).rejects.toMatchObject({
      reason: 'TRANSFER_TO_SELF',
      message: 'You cannot transfer to yourself.',
    });
    await expect(transfer(20n, 21n, 0n)).rejects.toMatchObject({ fields: { amount: [expect.any(String)] } });
    await expect(transfer(20n, 21n, -1n)).rejects.toMatchObject({ kind: 'invalid' });
    const diamonds = { id: newId(), toUserId: 21n, amount: { currency: 'DIAMOND', minor: 1n } };
    await expect(call().transfer(diamonds, { caller: user(20n) })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(call().transfer(diamonds, { caller: gifting })).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
  });
});

describe('a statement', () => {
  it('shows every posting newest first, with balances before and after', async () => {
    await grant(60n, 1000n, { reason: 'welcome' });
    await transfer(60n, 61n, 300n);
    const { transactions, nextCursor } = await statement(60n);
    expect(nextCursor).toBe('');
    expect(transactions).toMatchObject([
      { action: 'transfer_sent', amount: coin(-300n), balanceBefore: coin(1000n), balanceAfter: coin(700n) },
      { action: 'grant', amount: coin(1000n), balanceBefore: coin(0n), balanceAfter: coin(1000n), reason: 'welcome' },
    ]);
    expect(JSON.parse(transactions[0]?.metadata ?? '')).toEqual({ fromUserId: 60, toUserId: 61 });
    expect((await statement(61n)).transactions.map(({ action }) => action)).toEqual(['transfer_received']);
  });

  it('pages through one asset or all three without missing or repeating', async () => {
    for (let n = 1n; n <= 4n; n += 1n) {
      await grant(62n, n);
      await grant(62n, n, { amount: { currency: 'POINT', minor: n } });
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await statement(62n, { cursor, limit: 3 });
      seen.push(...page.transactions.map(({ amount }) => `${amount?.currency} ${amount?.minor}`));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen).toEqual([4, 3, 2, 1].flatMap((n) => [`POINT ${n}`, `COIN ${n}`]));
    expect((await statement(62n, { currency: 'POINT', limit: 2 })).transactions).toHaveLength(2);
  });

  it('refuses a limit over 100, an unknown asset, a foreign cursor and other people', async () => {
    await expect(statement(62n, { limit: 101 })).rejects.toMatchObject({ fields: { limit: [expect.any(String)] } });
    await expect(statement(62n, { currency: 'GOLD' })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(statement(62n, { cursor: 'abc' })).rejects.toMatchObject({ kind: 'invalid' });
    const request = { userId: 62n, currency: '', cursor: '', limit: 0 };
    await expect(call().listTransactions(request, { caller: user(63n) })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });
});

it('a tenant that would end a header of the event is refused, and the relay goes on', async () => {
  const caller = { ...admin, tenantId: 'acme\r\nNats-Expected-Stream: other' };
  const request = { id: newId(), userId: 15n, amount: coin(1n), reason: 'welcome' };
  await expect(call().grant(request, { caller })).rejects.toMatchObject({ fields: { tenantId: [expect.any(String)] } });
  expect(await walletOf(15n)).toEqual(['COIN 0.00', 'DIAMOND 0.00', 'POINT 0.00']);
});

it('the trial balance is zero and is not for users', async () => {
  const zeros = [coin(0n), { currency: 'DIAMOND', minor: 0n }, { currency: 'POINT', minor: 0n }];
  const balance = await call().getTrialBalance({}, { caller: admin });
  expect(balance).toMatchObject({ sums: zeros, entrySums: zeros });
  expect(balance.entries).toBe(balance.journals * 2n);
  await expect(call().getTrialBalance({}, { caller: user(1n) })).rejects.toMatchObject({ kind: 'forbidden' });
});

it('every journal reaches the stream', async () => {
  const connection = await connect({ servers: natsUrl() });
  const manager = await jetstreamManager(connection);
  const { journals } = await call().getTrialBalance({}, { caller: admin });
  await eventually(async () => {
    const { state } = await manager.streams.info('EVT_ECONOMY');
    expect(state.messages).toBe(Number(journals));
  });
  await connection.close();
});
