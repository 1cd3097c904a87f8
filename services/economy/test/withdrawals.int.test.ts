import { type Withdrawal, WithdrawalStatus } from '@fanfare/contracts/economy/v1/withdrawals';
import { anonymous, type Caller } from '@fanfare/kit';
import { describe, expect, it } from 'vitest';
import { admin, newId, runningService, user } from './running-service.ts';

const { call, grant, walletOf, statement, sql } = runningService();

const diamonds = (minor: bigint) => ({ currency: 'DIAMOND', minor });
const points = (minor: bigint) => ({ currency: 'POINT', minor });
let lastUser = 5000n;

/** A user of its own for each test. */
async function userWith(amount: { currency: string; minor: bigint }): Promise<bigint> {
  lastUser += 1n;
  await grant(lastUser, 1n, { amount });
  return lastUser;
}

const some = (withdrawal: Withdrawal | undefined): Withdrawal => {
  if (withdrawal === undefined) throw new Error('the answer has no withdrawal');
  return withdrawal;
};

async function request(userId: bigint, more: object = {}): Promise<Withdrawal> {
  const fields = { id: newId(), amount: diamonds(1000n), method: 'bank', destination: 'DE02 1203 0000', ...more };
  return some((await call().requestWithdrawal(fields, { caller: user(userId) })).withdrawal);
}
const cancel = async (withdrawalId: string, caller: Caller) =>
  some((await call().cancelWithdrawal({ withdrawalId }, { caller })).withdrawal);
const reject = async (withdrawalId: string, reason = 'unknown account', caller = admin) =>
  some((await call().rejectWithdrawal({ withdrawalId, reason }, { caller })).withdrawal);
const pay = async (withdrawalId: string, more: object = {}, caller = admin) =>
  some(
    (await call().payWithdrawal({ withdrawalId, amount: undefined, reference: '', ...more }, { caller })).withdrawal,
  );

const list = (caller: Caller, more: object = {}) =>
  call().listWithdrawals(
    { userId: 0n, status: WithdrawalStatus.WITHDRAWAL_STATUS_UNSPECIFIED, cursor: '', limit: 0, ...more },
    { caller },
  );
const idsOf = (withdrawals: readonly Withdrawal[]): readonly string[] => withdrawals.map(({ id }) => id);

const diamondsOf = async (userId: bigint) => (await walletOf(userId))[1];
const resolved = (status: string) => ({
  kind: 'failed_precondition',
  reason: 'WITHDRAWAL_RESOLVED',
  details: { status },
});
/** Its time is over, which no test waits for. */
const age = (id: string) => sql(`update holds set expires_at = now() - interval '1 second' where id = $1`, [id]);

describe('asking for a withdrawal', () => {
  it('holds the amount, so that it cannot be spent', async () => {
    const owner = await userWith(diamonds(5000n));
    const withdrawal = await request(owner, { amount: diamonds(2000n) });
    expect(withdrawal).toMatchObject({
      userId: owner,
      amount: diamonds(2000n),
      paidAmount: diamonds(0n),
      status: WithdrawalStatus.WITHDRAWAL_STATUS_PENDING,
      method: 'bank',
      destination: 'DE02 1203 0000',
      reason: '',
      resolvedAt: undefined,
    });
    expect(await diamondsOf(owner)).toBe('DIAMOND 30.00');
    await expect(request(owner, { amount: diamonds(3001n) })).rejects.toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    expect((await statement(owner)).transactions).toHaveLength(1);
  });

  it('again under the same id answers with the same one, its first expiry included', async () => {
    const owner = await userWith(points(5000n));
    const fields = { id: 'twice', amount: points(1000n) };
    const first = await request(owner, fields);
    expect(await request(owner, fields)).toEqual(first);
    await expect(request(owner, { ...fields, destination: 'elsewhere' })).rejects.toMatchObject({
      reason: 'ID_REUSED',
      details: { field: 'destination' },
    });
    expect(idsOf((await list(user(owner), { userId: owner })).withdrawals)).toEqual([first.id]);
  });

  it.each([
    ['asset', { amount: { currency: 'COIN', minor: 1000n } }],
    ['amount', { amount: diamonds(99n) }],
    ['amount', { amount: diamonds(0n) }],
    ['amount', { amount: undefined }],
    ['method', { method: '' }],
    ['destination', { destination: 'x'.repeat(201) }],
    ['id', { id: '' }],
  ])('is refused for its %s: %o', async (field, wrong) => {
    const refused = { kind: 'invalid', fields: { [field]: [expect.any(String)] } };
    await expect(request(4999n, wrong)).rejects.toMatchObject(refused);
  });

  it('is for users', async () => {
    const fields = { id: newId(), amount: diamonds(1000n), method: 'bank', destination: 'x' };
    await expect(call().requestWithdrawal(fields, { caller: anonymous })).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
  });
});

describe('paying', () => {
  it('takes all of it, says so in the statement, and leaves one audit row', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner, { amount: diamonds(2000n) });
    const paid = await pay(id, { reference: 'SEPA-42' });
    expect(paid).toMatchObject({ status: WithdrawalStatus.WITHDRAWAL_STATUS_PAID, paidAmount: diamonds(2000n) });
    expect(paid.resolvedAt).toBeInstanceOf(Date);
    expect(await diamondsOf(owner)).toBe('DIAMOND 30.00');
    const [line] = (await statement(owner)).transactions;
    expect(line).toMatchObject({ action: 'withdrawal', amount: diamonds(-2000n), reason: 'Withdrew 20.00 diamonds' });
    expect(JSON.parse(line?.metadata ?? '')).toEqual({
      metadata: { withdrawalId: id, method: 'bank', reference: 'SEPA-42' },
    });
    const rows = await sql(
      `select caller, target, reason, details->>'withdrawalId' as id, details->>'paid' as paid
      from platform.audit_entries where action = 'withdrawal.pay' and target = $1`,
      [`user:${owner}`],
    );
    expect(rows).toEqual([{ caller: 'user:1', target: `user:${owner}`, reason: 'SEPA-42', id, paid: '20.00' }]);
  });

  it('a part makes the rest available again', async () => {
    const owner = await userWith(points(5000n));
    const { id } = await request(owner, { amount: points(2000n) });
    const partly = { amount: points(500n), reference: 'first' };
    expect(await pay(id, partly)).toMatchObject({ amount: points(2000n), paidAmount: points(500n) });
    expect((await walletOf(owner))[2]).toBe('POINT 45.00');
  });

  it('with a wrong amount is refused and in nobody way', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner, { amount: diamonds(2000n) });
    const refused = { kind: 'invalid' };
    await expect(pay(id, { amount: diamonds(2001n) })).rejects.toMatchObject(refused);
    await expect(pay(id, { amount: points(100n) })).rejects.toMatchObject(refused);
    expect(await pay(id, { amount: diamonds(100n) })).toMatchObject({ paidAmount: diamonds(100n) });
  });

  it('works at once when the wallet is thawed after a refusal', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner);
    const frozen = (value: boolean) => sql('update accounts set frozen = $2 where owner_id = $1', [owner, value]);
    await frozen(true);
    await expect(pay(id)).rejects.toMatchObject({ reason: 'ACCOUNT_FROZEN' });
    await frozen(false);
    expect(await pay(id)).toMatchObject({ status: WithdrawalStatus.WITHDRAWAL_STATUS_PAID });
  });

  it('the same again, however often at once, is one payment and equal answers', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner, { amount: diamonds(2000n) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => pay(id, { reference: 'once' })));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await statement(owner)).transactions).toHaveLength(2);
    await expect(pay(id, { reference: 'other' })).rejects.toMatchObject(resolved('paid'));
    await expect(pay(id, { amount: diamonds(1n), reference: 'once' })).rejects.toMatchObject(resolved('paid'));
  });

  it('and rejecting are for administrators', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner);
    await expect(pay(id, {}, user(owner))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(reject(id, 'no', user(owner))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('is too late once the hold has expired', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner);
    await age(id);
    await expect(pay(id)).rejects.toMatchObject({ reason: 'HOLD_EXPIRED' });
  });
});

describe('a withdrawal', () => {
  it('is cancelled by its owner, and a repeat answers the same', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner);
    const cancelled = await cancel(id, user(owner));
    expect(cancelled).toMatchObject({ status: WithdrawalStatus.WITHDRAWAL_STATUS_CANCELLED, reason: '' });
    expect(await cancel(id, user(owner))).toEqual(cancelled);
    expect(await diamondsOf(owner)).toBe('DIAMOND 50.00');
    await expect(pay(id)).rejects.toMatchObject(resolved('cancelled'));
    await expect(reject(id)).rejects.toMatchObject(resolved('cancelled'));
  });

  it('is nothing that anybody else can cancel or knows of', async () => {
    const { id } = await request(await userWith(diamonds(5000n)));
    for (const unknown of [id, newId(), 'none', '']) {
      await expect(cancel(unknown, user(4998n))).rejects.toMatchObject({ reason: 'WITHDRAWAL_NOT_FOUND' });
    }
    await expect(pay(newId())).rejects.toMatchObject({ kind: 'not_found' });
    await expect(reject(newId())).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('is rejected with a reason that its owner reads', async () => {
    const owner = await userWith(diamonds(5000n));
    const { id } = await request(owner);
    await expect(reject(id, '')).rejects.toMatchObject({ kind: 'invalid' });
    const rejected = await reject(id, 'unknown account');
    expect(rejected).toMatchObject({ status: WithdrawalStatus.WITHDRAWAL_STATUS_REJECTED, reason: 'unknown account' });
    expect(await reject(id, 'unknown account')).toEqual(rejected);
    await expect(reject(id, 'another reason')).rejects.toMatchObject(resolved('rejected'));
    await expect(cancel(id, user(owner))).rejects.toMatchObject(resolved('rejected'));
    expect(await diamondsOf(owner)).toBe('DIAMOND 50.00');
    const [row] = await sql(
      `select reason from platform.audit_entries where action = 'withdrawal.reject' and target = $1`,
      [`user:${owner}`],
    );
    expect(row).toEqual({ reason: 'unknown account' });
  });
});

describe('the list', () => {
  it('shows the newest first, in pages', async () => {
    const owner = await userWith(diamonds(5000n));
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await request(owner, { amount: diamonds(100n) })).id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(user(owner), { userId: owner, limit: 2, cursor });
      seen.push(...idsOf(page.withdrawals));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen).toEqual(ids);
  });

  it('is of one status when asked for, for administrators of everybody', async () => {
    const owner = await userWith(diamonds(5000n));
    const made = [];
    for (let n = 0; n < 4; n += 1) made.push((await request(owner, { amount: diamonds(100n) })).id);
    const [pending = '', payable = '', rejectable = '', cancellable = ''] = made;
    await pay(payable);
    await reject(rejectable);
    await cancel(cancellable, user(owner));
    const withStatus = async (status: WithdrawalStatus, more: object = {}) =>
      idsOf((await list(admin, { status, limit: 100, ...more })).withdrawals);
    const { WITHDRAWAL_STATUS_PENDING, WITHDRAWAL_STATUS_PAID } = WithdrawalStatus;
    const { WITHDRAWAL_STATUS_REJECTED, WITHDRAWAL_STATUS_CANCELLED } = WithdrawalStatus;
    const ofOwner = { userId: owner };
    expect(await withStatus(WITHDRAWAL_STATUS_PENDING, ofOwner)).toEqual([pending]);
    expect(await withStatus(WITHDRAWAL_STATUS_PAID, ofOwner)).toEqual([payable]);
    expect(await withStatus(WITHDRAWAL_STATUS_REJECTED, ofOwner)).toEqual([rejectable]);
    expect(await withStatus(WITHDRAWAL_STATUS_CANCELLED, ofOwner)).toEqual([cancellable]);
    expect(await withStatus(WITHDRAWAL_STATUS_PAID)).toContain(payable);
    expect(await withStatus(WITHDRAWAL_STATUS_PAID)).not.toContain(pending);
  });

  it("is nobody else's to see", async () => {
    const owner = await userWith(diamonds(5000n));
    await expect(list(user(4998n), { userId: owner })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(list(user(4998n))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(list(admin, { cursor: 'nonsense' })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(list(admin, { limit: 101 })).rejects.toMatchObject({ kind: 'invalid' });
  });
});
