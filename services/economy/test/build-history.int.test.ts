import { expect, it } from 'vitest';
import { buildHistory } from '../bench/build-history.ts';
import { fundings, giftSource } from '../bench/gifts.ts';
import { verifyLedger } from '../src/proof/verify.ts';
import { receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

it('a history that was built verifies, and the engine goes on from its end', async () => {
  const next = giftSource(3);
  const funded = fundings();
  for (let from = 0; from < funded.length; from += 2000) {
    await Promise.all(funded.slice(from, from + 2000).map((command) => ledger.engine.post(command, 0)));
  }
  const [before] = await ledger.sql<{ batch: string; outbox_id: string }>('select batch, outbox_id from ledger_head');
  const journals = Number(before?.outbox_id) + 600;
  await buildHistory({ databaseUrl: ledger.database.url, journals, next });
  const receipt = receiptOf(await ledger.engine.post(next(), 0));
  expect(receipt.repeated).toBe(false);
  const [after] = await ledger.sql<{ batch: string }>('select batch from ledger_head');
  // 256, 256, 88 and the engine's own.
  expect(Number(after?.batch) - Number(before?.batch)).toBe(4);
  expect(await verifyLedger({ databaseUrl: ledger.database.url })).toMatchObject({ ok: true, journals: journals + 1 });
});
