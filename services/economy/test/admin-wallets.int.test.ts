/** What administrators do to wallets, over the service's contract. */
import type { Caller } from '@fanfare/kit';
import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../src/proof/verify.ts';
import { admin, coin, gifting, newId, runningService, user } from './running-service.ts';

const { call, grant, transfer, walletOf, statement, sql, databaseUrl } = runningService();

const diamond = (minor: bigint) => ({ currency: 'DIAMOND', minor });

const adjust = (userId: bigint, minor: bigint, more = {}, caller: Caller = admin) =>
  call().adjust({ id: newId(), userId, amount: coin(minor), reason: 'support case', ...more }, { caller });
const setFrozen = (userId: bigint, frozen: boolean, more = {}, caller: Caller = admin) =>
  call().setWalletFrozen({ userId, frozen, reason: 'chargeback', ...more }, { caller });
const setFloor = (userId: bigint, minor: bigint, more = {}, caller: Caller = admin) =>
  call().setAccountFloor({ userId, floor: coin(minor), reason: 'deposit', ...more }, { caller });
const convert = (userId: bigint, minor: bigint) =>
  call().convert({ id: newId(), amount: diamond(minor) }, { caller: user(userId) });
const withdraw = (userId: bigint, minor: bigint) =>
  call().requestWithdrawal(
    { id: newId(), amount: diamond(minor), method: 'bank', destination: 'DE02' },
    { caller: user(userId) },
  );

const auditOf = (userId: bigint, action: string): Promise<object[]> =>
  sql('select caller, reason, details from platform.audit_entries where target = $1 and action = $2 order by id', [
    `user:${userId}`,
    action,
  ]);

describe('an adjustment', () => {
  it('corrects a balance either way, once, with an audit row for each', async () => {
    await grant(10n, 1000n);
    const request = { id: newId(), userId: 10n, amount: coin(-300n), reason: 'double credit' };
    const first = await call().adjust(request, { caller: admin });
    expect(first).toMatchObject({ userId: 10n, amount: coin(-300n), balance: coin(700n), reason: 'double credit' });
    await adjust(10n, 50n);
    expect(await call().adjust(request, { caller: admin })).toEqual(first);
    expect(await walletOf(10n)).toContain('COIN 7.50');
    const { transactions } = await statement(10n);
    expect(transactions.slice(0, 2)).toMatchObject([
      { action: 'adjustment', amount: coin(50n), reason: 'support case' },
      { action: 'adjustment', amount: coin(-300n), reason: 'double credit' },
    ]);
    expect(await auditOf(10n, 'wallet.adjust')).toMatchObject([
      { caller: 'user:1', reason: 'double credit', details: { asset: 'COIN', amount: '-3.00' } },
      { reason: 'support case', details: { amount: '0.50' } },
    ]);
  });

  it('that the balance cannot cover is refused and makes no debt', async () => {
    await grant(11n, 100n);
    await expect(adjust(11n, -101n)).rejects.toMatchObject({
      reason: 'INSUFFICIENT_FUNDS',
      details: { required: '1.01', available: '1.00' },
    });
    expect(await walletOf(11n)).toContain('COIN 1.00');
    expect(await auditOf(11n, 'wallet.adjust')).toEqual([]);
  });

  it.each([
    ['amount', { amount: coin(0n) }],
    ['amount', { amount: undefined }],
    ['amount', { amount: coin(-(2n ** 53n)) }],
    ['asset', { amount: { currency: 'GOLD', minor: 1n } }],
    ['userId', { userId: 0n }],
    ['reason', { reason: '' }],
    ['reason', { reason: 'x'.repeat(501) }],
    ['id', { id: '' }],
  ])('is refused for its %s: %o', async (field, wrong) => {
    await expect(adjust(12n, 1n, wrong)).rejects.toMatchObject({ fields: { [field]: [expect.any(String)] } });
  });
});

describe('a frozen wallet', () => {
  it('cannot spend, transfer, convert or withdraw, and can receive', async () => {
    await grant(20n, 1000n);
    await grant(20n, 1000n, { amount: diamond(1000n) });
    expect(await setFrozen(20n, true)).toEqual({ userId: 20n, frozen: true });
    const frozen = { kind: 'failed_precondition', reason: 'ACCOUNT_FROZEN' };
    await expect(transfer(20n, 21n, 1n)).rejects.toMatchObject(frozen);
    await expect(convert(20n, 100n)).rejects.toMatchObject(frozen);
    await expect(withdraw(20n, 100n)).rejects.toMatchObject(frozen);
    await expect(adjust(20n, -1n)).rejects.toMatchObject(frozen);
    await grant(21n, 500n);
    await transfer(21n, 20n, 500n);
    await adjust(20n, 25n);
    expect(await walletOf(20n)).toEqual(['COIN 15.25', 'DIAMOND 10.00', 'POINT 0.00']);
    await setFrozen(20n, false);
    await transfer(20n, 21n, 1n);
    await convert(20n, 100n);
  });

  it('stays frozen however often it is frozen, with one audit row for each change', async () => {
    await grant(22n, 100n);
    for (const frozen of [true, true, false, false, true]) await setFrozen(22n, frozen);
    expect(await auditOf(22n, 'wallet.freeze')).toHaveLength(2);
    expect(await auditOf(22n, 'wallet.unfreeze')).toHaveLength(1);
    await expect(transfer(22n, 21n, 1n)).rejects.toMatchObject({ reason: 'ACCOUNT_FROZEN' });
  });

  it('can be frozen before anything was posted to it', async () => {
    await setFrozen(23n, true);
    expect(await walletOf(23n)).toEqual(['COIN 0.00', 'DIAMOND 0.00', 'POINT 0.00']);
    await grant(23n, 100n);
    await expect(transfer(23n, 21n, 1n)).rejects.toMatchObject({ reason: 'ACCOUNT_FROZEN' });
    expect((await statement(23n)).transactions).toHaveLength(1);
  });

  it('is frozen by administrators, for a reason', async () => {
    await expect(setFrozen(24n, true, {}, user(24n))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(setFrozen(24n, true, { reason: '' })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(setFrozen(0n, true)).rejects.toMatchObject({ fields: { userId: [expect.any(String)] } });
  });
});

describe('a floor', () => {
  it('binds every debit and every hold, and nothing else', async () => {
    await grant(30n, 1000n);
    await grant(30n, 1000n, { amount: diamond(1000n) });
    expect(await setFloor(30n, 600n)).toEqual({ userId: 30n, floor: coin(600n) });
    await setFloor(30n, 0n, { floor: diamond(900n) });
    const short = (required: string, available: string) => ({
      reason: 'INSUFFICIENT_FUNDS',
      details: { required, available },
    });
    await expect(transfer(30n, 31n, 401n)).rejects.toMatchObject(short('4.01', '4.00'));
    await expect(convert(30n, 101n)).rejects.toMatchObject(short('1.01', '1.00'));
    await expect(withdraw(30n, 101n)).rejects.toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    await expect(adjust(30n, -401n)).rejects.toMatchObject(short('4.01', '4.00'));
    await transfer(30n, 31n, 400n);
    await convert(30n, 100n);
    expect(await walletOf(30n)).toEqual(['COIN 7.00', 'DIAMOND 9.00', 'POINT 0.00']);
    expect(await auditOf(30n, 'wallet.floor')).toMatchObject([
      { details: { asset: 'COIN', floor: '6.00', before: '0.00' } },
      { details: { asset: 'DIAMOND', floor: '9.00', before: '0.00' } },
    ]);
  });

  it('is never above what is there and not held', async () => {
    await grant(32n, 500n);
    await expect(setFloor(32n, 501n)).rejects.toMatchObject({
      kind: 'failed_precondition',
      reason: 'FLOOR_ABOVE_BALANCE',
      details: { available: '5.00' },
    });
    await setFloor(32n, 500n);
    await setFloor(32n, 500n);
    await setFloor(32n, 0n);
    await setFloor(32n, 0n);
    expect(await auditOf(32n, 'wallet.floor')).toHaveLength(2);
    await transfer(32n, 31n, 500n);
    await expect(setFloor(33n, 1n)).rejects.toMatchObject({ details: { available: '0.00' } });
    await grant(34n, 500n, { amount: diamond(500n) });
    await withdraw(34n, 200n);
    const floor = { floor: diamond(301n) };
    await expect(setFloor(34n, 0n, floor)).rejects.toMatchObject({ details: { available: '3.00' } });
  });

  it.each([
    ['floor', { floor: coin(-1n) }],
    ['amount', { floor: coin(2n ** 53n) }],
    ['asset', { floor: { currency: 'GOLD', minor: 1n } }],
    ['userId', { userId: -1n }],
    ['reason', { reason: '' }],
  ])('is refused for its %s', async (field, wrong) => {
    await expect(setFloor(35n, 0n, wrong)).rejects.toMatchObject({ fields: { [field]: [expect.any(String)] } });
  });

  it('is set by administrators', async () => {
    await expect(setFloor(35n, 0n, {}, gifting)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a conversion', () => {
  it('turns diamonds into coins, and a repeat answers as the first time did', async () => {
    await grant(40n, 1000n, { amount: diamond(1000n) });
    const request = { id: newId(), amount: diamond(250n) };
    const first = await call().convert(request, { caller: user(40n) });
    expect(first).toMatchObject({ from: diamond(250n), to: coin(250n) });
    expect(await call().convert(request, { caller: user(40n) })).toEqual(first);
    expect(await walletOf(40n)).toEqual(['COIN 2.50', 'DIAMOND 7.50', 'POINT 0.00']);
    const { transactions } = await statement(40n);
    expect(transactions.map(({ action, amount }) => [action, amount])).toEqual([
      ['conversion', coin(250n)],
      ['conversion', diamond(-250n)],
      ['grant', diamond(1000n)],
    ]);
    const reused = call().convert({ ...request, amount: diamond(251n) }, { caller: user(40n) });
    await expect(reused).rejects.toMatchObject({ reason: 'ID_REUSED', details: { field: 'amount' } });
  });

  it('of more than there is, of another asset, or of nothing is refused', async () => {
    await expect(convert(41n, 1n)).rejects.toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    await expect(convert(41n, 0n)).rejects.toMatchObject({ fields: { amount: [expect.any(String)] } });
    await expect(convert(41n, -1n)).rejects.toMatchObject({ fields: { amount: [expect.any(String)] } });
    const coins = call().convert({ id: newId(), amount: coin(1n) }, { caller: user(41n) });
    await expect(coins).rejects.toMatchObject({ fields: { asset: [expect.any(String)] } });
    const nobody = call().convert({ id: newId(), amount: diamond(1n) }, { caller: gifting });
    await expect(nobody).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

it('the ledger still proves itself', async () => {
  expect(await verifyLedger({ databaseUrl: databaseUrl() })).toMatchObject({ ok: true });
});
