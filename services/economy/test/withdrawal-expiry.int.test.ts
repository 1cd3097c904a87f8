import { WithdrawalStatus } from '@fanfare/contracts/economy/v1/withdrawals';
import { fakeClock } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { expect, it } from 'vitest';
import { admin, newId, runningService, user } from './running-service.ts';

const MINUTE_MS = 60_000;
const clock = fakeClock(new Date());
const { call, grant, walletOf, sql } = runningService({ clock, replicas: 2 });

it('a withdrawal that nobody decides expires by itself, and its amount is available again', async () => {
  const amount = { currency: 'POINT', minor: 1000n };
  await grant(10n, 1n, { amount });
  const fields = { id: newId(), amount, method: 'bank', destination: 'DE02' };
  const { withdrawal } = await call().requestWithdrawal(fields, { caller: user(10n) });
  const withdrawalId = withdrawal?.id ?? '';
  expect((await walletOf(10n))[2]).toBe('POINT 0.00');
  await sql(`update holds set expires_at = now() - interval '1 second' where id = $1`, [withdrawalId]);
  clock.advance(MINUTE_MS);
  await eventually(async () => expect((await walletOf(10n))[2]).toBe('POINT 10.00'));
  const { WITHDRAWAL_STATUS_EXPIRED } = WithdrawalStatus;
  const list = { userId: 10n, status: WITHDRAWAL_STATUS_EXPIRED, cursor: '', limit: 0 };
  expect((await call().listWithdrawals(list, { caller: user(10n) })).withdrawals).toMatchObject([{ id: withdrawalId }]);
  const payment = { withdrawalId, amount: undefined, reference: '' };
  const tooLate = { reason: 'WITHDRAWAL_RESOLVED', details: { status: 'expired' } };
  await expect(call().payWithdrawal(payment, { caller: admin })).rejects.toMatchObject(tooLate);
  await expect(call().cancelWithdrawal({ withdrawalId }, { caller: user(10n) })).rejects.toMatchObject(tooLate);
});
