import { describe, expect, it } from 'vitest';
import { coins, command, EMPTY, fold, grant, move, reasonOf } from '../../test/fold-cases.ts';
import { issuance, userAccount } from './accounts.ts';

describe('funds', () => {
  it('are refused with what is required and what is available', () => {
    const { verdicts } = fold([grant(1, 1, 15_000n), command(2, move(coins(1), coins(2), 20_000n))]);
    expect(verdicts[1]).toEqual({
      type: 'refused',
      refusal: {
        kind: 'failed_precondition',
        reason: 'INSUFFICIENT_FUNDS',
        message: 'Insufficient funds. Required: 200.00, Available: 150.00',
        details: { required: '200.00', available: '150.00' },
      },
    });
  });

  it('that are held are not available, and balances are shown without them', () => {
    const row = { balance: 100n, held: 60n, floor: 0n, seq: 3n, frozen: false };
    const state = { ...EMPTY, accounts: new Map([[coins(1), row]]) };
    const [refused, accepted] = fold(
      [command(1, move(coins(1), coins(2), 41n)), command(2, move(coins(1), coins(2), 40n))],
      state,
    ).verdicts;
    expect(reasonOf(refused)).toBe('INSUFFICIENT_FUNDS');
    expect(accepted).toMatchObject({ type: 'accepted', receipt: { balances: [0n, 0n, 0n] } });
  });

  it('that arrive in the same journal may be spent by it', () => {
    const through = [...move(issuance('COIN'), coins(1), 10n), ...move(coins(1), coins(2), 10n)];
    expect(fold([command(1, through)]).verdicts[0]?.type).toBe('accepted');
  });

  it('can reach a frozen wallet but not leave it', () => {
    const row = { balance: 100n, held: 0n, floor: 0n, seq: 3n, frozen: true };
    const state = { ...EMPTY, accounts: new Map([[coins(1), row]]) };
    const { verdicts } = fold([grant(1, 1, 5n), command(2, move(coins(1), coins(2), 1n))], state);
    expect(verdicts.map(reasonOf)).toEqual(['accepted', 'ACCOUNT_FROZEN']);
  });
});

it('a journal tells the three balances of every user it touched, and of nobody else', () => {
  const diamonds = userAccount(1n, 'DIAMOND');
  const row = { balance: 700n, held: 0n, floor: 0n, seq: 1n, frozen: false };
  const state = { ...EMPTY, accounts: new Map([[diamonds, row]]) };
  const [first, second] = fold([grant(1, 1, 100n), command(2, move(coins(1), coins(2), 30n))], state).journals;
  expect(first?.touched).toEqual([{ userId: 1n, balances: [100n, 700n, 0n] }]);
  expect(second?.touched).toEqual([
    { userId: 1n, balances: [70n, 700n, 0n] },
    { userId: 2n, balances: [30n, 0n, 0n] },
  ]);
});
