import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LedgerCommand, Verdict } from '../src/ledger/command.ts';
import type { HoldChange } from '../src/ledger/hold.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, command, grant, move, pay, reasonOf, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();
const post = (each: LedgerCommand): Promise<Verdict> => ledger.engine.post(each, 0);

const SHOP = 9000n;
const HOUR_MS = 3_600_000;
let lastUser = 100n;

/** Another intent for each attempt would be ID_REUSED under one id; these have ids of their own. */
const change = (hold: HoldChange, more: Partial<LedgerCommand> = {}): LedgerCommand =>
  command([], { intent: [{ name: 'hold', value: hold.type }], hold, ...more });

const reserve = (user: bigint, minor: bigint, expiresAt = new Date(Date.now() + HOUR_MS)): LedgerCommand =>
  change({ type: 'reserve', accountId: coins(user), minor, expiresAt }, { operation: 'reserve', userId: user });
const capture = (user: bigint, holdId: string, minor: bigint): LedgerCommand =>
  change({ type: 'capture', holdId, minor }, { legs: move(coins(user), coins(SHOP), minor), userId: user });
const release = (holdId: string): LedgerCommand => change({ type: 'void', holdId });
const expire = (holdId: string): LedgerCommand => change({ type: 'expire', holdId });

/** A user of its own for each test, with coins. */
async function userWith(minor: bigint): Promise<bigint> {
  lastUser += 1n;
  receiptOf(await post(grant(lastUser, minor)));
  return lastUser;
}

async function reserved(user: bigint, minor: bigint, expiresAt?: Date): Promise<string> {
  const reservation = reserve(user, minor, expiresAt);
  receiptOf(await post(reservation));
  return reservation.journalId;
}

const accountOf = async (user: bigint) =>
  (
    await ledger.sql('select balance_minor as balance, held_minor as held from accounts where id = $1', [coins(user)])
  )[0];
const holdOf = async (id: string) =>
  (await ledger.sql('select status, captured_minor as captured, resolved_by from holds where id = $1', [id]))[0];
/** As short as it can be while there is still time to reserve it. */
const soon = (): Date => new Date(Date.now() + 150);
const past = (moment: Date): Promise<void> => delay(Math.max(0, moment.getTime() - Date.now()) + 2);

/** A hold whose time is over. */
async function overdue(user: bigint, minor: bigint): Promise<string> {
  const expiresAt = soon();
  const id = await reserved(user, minor, expiresAt);
  await past(expiresAt);
  return id;
}

describe('a hold', () => {
  it('sets a part of a balance aside, so that it cannot be spent or held again', async () => {
    const user = await userWith(1000n);
    const reservation = reserve(user, 700n);
    expect(receiptOf(await post(reservation)).balances).toEqual([300n, 0n, 0n]);
    expect(await accountOf(user)).toEqual({ balance: '1000', held: '700' });
    const refused = { type: 'refused', refusal: { details: { required: '3.01', available: '3.00' } } };
    expect(await post(pay(user, SHOP, 301n))).toMatchObject(refused);
    expect(await post(reserve(user, 301n))).toMatchObject(refused);
    receiptOf(await post(pay(user, SHOP, 300n)));
    expect(receiptOf(await post(reservation)).repeated).toBe(true);
    expect(await accountOf(user)).toEqual({ balance: '700', held: '700' });
  });

  it('is captured in part, and the rest can be spent again', async () => {
    const user = await userWith(1000n);
    const id = await reserved(user, 700n);
    const captured = capture(user, id, 250n);
    expect(receiptOf(await post(captured)).balances).toEqual([750n, 0n, 0n]);
    expect(await accountOf(user)).toEqual({ balance: '750', held: '0' });
    expect(await holdOf(id)).toEqual({ status: 'captured', captured: '250', resolved_by: captured.journalId });
  });

  it('is captured in full although nothing else is left', async () => {
    const user = await userWith(700n);
    receiptOf(await post(capture(user, await reserved(user, 700n), 700n)));
    expect(await accountOf(user)).toEqual({ balance: '0', held: '0' });
  });

  it('is voided, and all of it can be spent again', async () => {
    const user = await userWith(1000n);
    const id = await reserved(user, 700n);
    receiptOf(await post(release(id)));
    expect(await accountOf(user)).toEqual({ balance: '1000', held: '0' });
    expect(await holdOf(id)).toMatchObject({ status: 'voided', captured: '0' });
  });

  it('expires once its time is over, and not before', async () => {
    const user = await userWith(1000n);
    expect(reasonOf(await post(expire(await reserved(user, 1n))))).toBe('HOLD_NOT_EXPIRED');
    const id = await overdue(user, 700n);
    expect(reasonOf(await post(capture(user, id, 100n)))).toBe('HOLD_EXPIRED');
    receiptOf(await post(expire(id)));
    expect(await accountOf(user)).toEqual({ balance: '1000', held: '1' });
    expect(await holdOf(id)).toMatchObject({ status: 'expired' });
  });

  it.each([
    ['captured', reserved, (user: bigint, id: string) => post(capture(user, id, 1n))],
    ['voided', reserved, (_: bigint, id: string) => post(release(id))],
    ['expired', overdue, (_: bigint, id: string) => post(expire(id))],
  ])('that is %s stays so', async (status, hold, resolve) => {
    const user = await userWith(100n);
    const id = await hold(user, 100n);
    receiptOf(await resolve(user, id));
    for (const again of [capture(user, id, 1n), release(id), expire(id)]) {
      expect(await post(again)).toMatchObject({
        type: 'refused',
        refusal: { reason: 'HOLD_RESOLVED', details: { status } },
      });
    }
  });

  it('gives no more than it holds, and only from its own account', async () => {
    const user = await userWith(1000n);
    const id = await reserved(user, 100n);
    expect(reasonOf(await post(capture(user, id, 101n)))).toBe('INSUFFICIENT_FUNDS');
    const others = { ...capture(user, id, 50n), legs: move(coins(SHOP), coins(user), 50n) };
    expect(reasonOf(await post(others))).toBe('INVALID_ARGUMENT');
    const less = { ...capture(user, id, 50n), legs: move(coins(user), coins(SHOP), 49n) };
    expect(reasonOf(await post(less))).toBe('INVALID_ARGUMENT');
    expect(reasonOf(await post(release(randomUUID())))).toBe('HOLD_NOT_FOUND');
    expect(await accountOf(user)).toEqual({ balance: '1000', held: '100' });
  });

  it('is reserved and resolved in one batch', async () => {
    const user = await userWith(100n);
    const reservation = reserve(user, 60n);
    const verdicts = await Promise.all(
      [reservation, capture(user, reservation.journalId, 20n), release(reservation.journalId)].map(post),
    );
    expect(verdicts.map(reasonOf)).toEqual(['accepted', 'accepted', 'HOLD_RESOLVED']);
    expect(await accountOf(user)).toEqual({ balance: '80', held: '0' });
  });
});

describe('of many who resolve one hold at once', () => {
  it('exactly one wins, with two replicas', async () => {
    const other = await ledger.openEngine();
    for (let round = 0; round < 5; round += 1) {
      const user = await userWith(1000n);
      const id = await (round % 2 === 1 ? overdue : reserved)(user, 500n);
      const attempts = Array.from({ length: 50 }, (_, n) => [capture(user, id, 10n), release(id), expire(id)][n % 3]);
      const verdicts = await Promise.all(
        attempts.map((attempt, n) => (n % 2 === 0 ? ledger.engine : other).post(attempt as LedgerCommand, 0)),
      );
      expect(verdicts.filter(({ type }) => type === 'accepted')).toHaveLength(1);
      const { balance, held } = (await accountOf(user)) as { balance: string; held: string };
      const { status } = (await holdOf(id)) as { status: string };
      expect([balance, held]).toEqual([status === 'captured' ? '990' : '1000', '0']);
    }
  });

  it('a capture and an expiry at the very moment never both win', async () => {
    const other = await ledger.openEngine();
    const outcomes: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const user = await userWith(100n);
      const expiresAt = soon();
      const id = await reserved(user, 100n, expiresAt);
      await delay(Math.max(0, expiresAt.getTime() - Date.now() - 5 + round));
      const verdicts = await Promise.all([ledger.engine.post(capture(user, id, 100n), 0), other.post(expire(id), 0)]);
      const won = verdicts.map(({ type }) => type === 'accepted');
      // Neither, when the capture came too late and the expiry a moment too early: it is still open, and expires now.
      if (!won.includes(true)) {
        await past(expiresAt);
        receiptOf(await post(expire(id)));
      }
      expect(won).not.toEqual([true, true]);
      const { status } = (await holdOf(id)) as { status: string };
      expect(await accountOf(user)).toEqual({ balance: status === 'captured' ? '0' : '100', held: '0' });
      outcomes.push(status);
    }
    expect(outcomes).not.toContain('open');
  });
});

describe('the database refuses by itself', () => {
  it('to take or hold what is held already', async () => {
    const user = await userWith(100n);
    await reserved(user, 60n);
    const refused = { code: '23514', constraint: 'accounts_balance_above_floor' };
    const update = (change: string) => ledger.sql(`update accounts set ${change} where id = $1`, [coins(user)]);
    await expect(update('balance_minor = balance_minor - 41')).rejects.toMatchObject(refused);
    await expect(update('held_minor = held_minor + 41')).rejects.toMatchObject(refused);
    await expect(update('held_minor = -1')).rejects.toMatchObject({ constraint: 'accounts_held_not_negative' });
  });

  it('to resolve a hold twice, to change its amount, or to remove it', async () => {
    const user = await userWith(100n);
    const id = await reserved(user, 60n);
    const update = (change: string) => ledger.sql(`update holds set ${change} where id = $1`, [id]);
    await expect(update('minor = 50')).rejects.toMatchObject({ constraint: 'holds_resolved_once' });
    await expect(update('captured_minor = 61')).rejects.toMatchObject({ constraint: 'holds_captured_at_most_held' });
    receiptOf(await post(release(id)));
    await expect(update(`status = 'open', resolved_by = null, resolved_at = null`)).rejects.toMatchObject({
      constraint: 'holds_resolved_once',
    });
    await expect(ledger.sql('delete from holds where id = $1', [id])).rejects.toMatchObject({ code: '42501' });
  });
});

describe('what a hold sets free', () => {
  /** 100 are held, and a clawback of 70 has found nothing. */
  async function indebted() {
    const user = await userWith(100n);
    const id = await reserved(user, 100n);
    const [debit, credit] = move(coins(user), coins(SHOP), 70n);
    receiptOf(await post(command([{ ...debit, shortfallToDebt: true }, credit] as LedgerCommand['legs'])));
    return { user, id };
  }

  it('repays a debt before it can be spent, when the hold is voided', async () => {
    const { user, id } = await indebted();
    receiptOf(await post(release(id)));
    expect(await accountOf(user)).toEqual({ balance: '30', held: '0' });
  });

  it('repays a debt by what is not captured, too', async () => {
    const { user, id } = await indebted();
    receiptOf(await post(capture(user, id, 60n)));
    expect(await accountOf(user)).toEqual({ balance: '0', held: '0' });
    expect(await holdOf(id)).toMatchObject({ status: 'captured', captured: '60' });
  });
});

it('after all this the ledger is what its journals say', async () => {
  expect((await verifyLedger({ databaseUrl: ledger.database.url })).firstProblem).toBeNull();
});
