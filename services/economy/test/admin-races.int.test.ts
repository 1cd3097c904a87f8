/** Freezing and floors beside running batches, and conversions whose rate changes. */
import { randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@fanfare/database';
import { type Call, type Caller, silentLogger } from '@fanfare/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issuance, userAccount } from '../src/ledger/accounts.ts';
import type { Engine } from '../src/posting/engine.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { rateOf } from '../src/wallets/conversion.ts';
import { convertDiamonds } from '../src/wallets/convert-diamonds.ts';
import { setAccountFloor } from '../src/wallets/set-account-floor.ts';
import { setWalletFrozen } from '../src/wallets/set-wallet-frozen.ts';
import { coins, command, everybody, grant, move, pay, reasonOf, testLedger } from './ledger.ts';
import { admin, user } from './running-service.ts';

const ledger = testLedger();
let database: Database;
let engines: readonly [Engine, Engine];
beforeAll(async () => {
  database = openDatabase({ url: ledger.database.url, poolSize: 8, log: silentLogger });
  engines = [ledger.engine, await ledger.openEngine()];
});
afterAll(() => database.stop?.());

const callOf = (caller: Caller): Call => ({ caller, correlationId: 'correlation', remainingMs: () => null });
const freeze = (userId: bigint, frozen: boolean) =>
  setWalletFrozen({ database, users: everybody }, callOf(admin), { userId, frozen, reason: 'check' });

async function balanceOf(userId: bigint): Promise<bigint> {
  const rows = await ledger.sql<{ balance: string }>('select balance_minor as balance from accounts where id = $1', [
    coins(userId),
  ]);
  return BigInt(rows[0]?.balance ?? 0);
}

/** Payments of one coin each that go on, in turns of two replicas, until they are told to stop. */
function spender(from: bigint, to: bigint) {
  let going = true;
  const outcomes: string[] = [];
  const run = async (engine: Engine): Promise<void> => {
    while (going) outcomes.push(reasonOf(await engine.post(pay(from, to, 100n), 0)));
  };
  const running = Promise.all(engines.flatMap((engine) => [run(engine), run(engine), run(engine)]));
  const count = (outcome: string): number => outcomes.filter((each) => each === outcome).length;
  return {
    count,
    /** Resolves when so many more payments have had that outcome. */
    until: async (outcome: string, more: number): Promise<void> => {
      const enough = count(outcome) + more;
      while (count(outcome) < enough) await new Promise((resolve) => setImmediate(resolve));
    },
    stop: async (): Promise<void> => {
      going = false;
      await running;
    },
  };
}

describe('freezing beside running batches', () => {
  it('takes hold with its commit: nothing leaves afterwards, and nothing that left is lost', async () => {
    await ledger.engine.post(grant(1n, 100_000_000n), 0);
    const spending = spender(1n, 2n);
    for (let round = 0; round < 10; round += 1) {
      await spending.until('accepted', 20);
      await freeze(1n, true);
      const left = await balanceOf(1n);
      await spending.until('ACCOUNT_FROZEN', 20);
      expect(await balanceOf(1n)).toBe(left);
      await freeze(1n, false);
    }
    await spending.stop();
    const paid = BigInt(spending.count('accepted')) * 100n;
    expect([await balanceOf(1n), await balanceOf(2n)]).toEqual([100_000_000n - paid, paid]);
  });

  it('of a wallet that is just being opened finds or makes the same account', async () => {
    for (let userId = 100n; userId < 120n; userId += 1n) {
      const [verdict] = await Promise.all([engines[0].post(grant(userId, 100n), 0), freeze(userId, true)]);
      expect(reasonOf(verdict)).toBe('accepted');
      expect(await balanceOf(userId)).toBe(100n);
      expect(reasonOf(await engines[1].post(pay(userId, 1n, 1n), 0))).toBe('ACCOUNT_FROZEN');
    }
  });
});

it('a floor that is set while the wallet is spent is kept, or refused because too little was left', async () => {
  for (let userId = 200n; userId < 220n; userId += 1n) {
    await ledger.engine.post(grant(userId, 2000n), 0);
    const request = { userId, floor: { currency: 'COIN' as const, minor: 1000n }, reason: 'deposit' };
    const [set, ...verdicts] = await Promise.all([
      setAccountFloor({ database, users: everybody }, callOf(admin), request).then(
        () => 'set',
        (error: { readonly reason: string }) => error.reason,
      ),
      ...Array.from({ length: 15 }, async (_, n) => {
        const engine = engines[n % 2];
        if (engine === undefined) throw new Error('no engine');
        return reasonOf(await engine.post(pay(userId, 3n, 100n), 0));
      }),
    ]);
    const paid = BigInt(verdicts.filter((verdict) => verdict === 'accepted').length) * 100n;
    expect(await balanceOf(userId)).toBe(2000n - paid);
    if (set === 'set') expect(paid <= 1000n).toBe(true);
    else expect([set, paid]).toEqual(['FLOOR_ABOVE_BALANCE', 1500n]);
  }
});

describe('a conversion that is repeated', () => {
  const convert = (id: string, rate: string) =>
    convertDiamonds({ engine: ledger.engine, config: { DIAMONDS_TO_COINS_RATE: rateOf(rate) } }, callOf(user(50n)), {
      id,
      diamonds: 100n,
    });

  it('after the rate has changed answers by the first rate, also where the new one gives nothing', async () => {
    const diamonds = userAccount(50n, 'DIAMOND');
    await ledger.engine.post(command(move(issuance('DIAMOND'), diamonds, 1000n)), 0);
    const id = randomUUID();
    const first = await convert(id, '0.50');
    expect(first.coins).toBe(50n);
    for (const rate of ['2.00', '0.000001', '999999999']) expect(await convert(id, rate)).toEqual(first);
    await expect(convert(randomUUID(), '0.000001')).rejects.toMatchObject({ reason: 'AMOUNT_TOO_SMALL' });
    expect(await balanceOf(50n)).toBe(50n);
  });
});

it('the ledger still proves itself', async () => {
  expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true });
});
