import { expect, it } from 'vitest';
import { buildHistory } from '../bench/build-history.ts';
import { giftSource } from '../bench/gifts.ts';
import { fund } from '../bench/ledger-database.ts';
import { verifyLedger } from '../src/verify.ts';
import { receiptOf, testLedger } from './ledger.ts';

const ledger = testLedger();

it('a history that was built verifies, and the engine goes on from its end', async () => {
  const next = giftSource(3);
  await fund(ledger.engine);
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
