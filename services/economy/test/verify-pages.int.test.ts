import { expect, it } from 'vitest';
import { verifyLedger } from '../src/proof/verify.ts';
import { coins, command, grant, move, receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

it('passes a ledger that has more of everything than is read at once', async () => {
  const users = Array.from({ length: 2600 }, (_, n) => BigInt(n + 1));
  const postAll = async (commands: readonly ReturnType<typeof command>[]) => {
    for (const verdict of await Promise.all(commands.map((each) => ledger.engine.post(each, 0)))) receiptOf(verdict);
  };
  const expiresAt = new Date(Date.now() + 3_600_000);
  const reserves = users.map((user) =>
    command([], { hold: { type: 'reserve', accountId: coins(user), minor: 10n, expiresAt } }),
  );
  await postAll(users.map((user) => grant(user, 100n)));
  await postAll(reserves);
  await postAll(
    reserves.flatMap(({ journalId: holdId }, n) =>
      n % 2 === 0
        ? [command(move(coins(BigInt(n + 1)), coins(5000n), 7n), { hold: { type: 'capture', holdId, minor: 7n } })]
        : [],
    ),
  );
  const progress: number[] = [];
  const result = await verifyLedger({
    databaseUrl: ledger.database.url,
    onProgress: (done, total) => progress.push(done / total),
  });
  expect(result).toEqual({ ok: true, journals: 6500, entries: 7800, firstProblem: null });
  expect(progress.length).toBeGreaterThan(5);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});
