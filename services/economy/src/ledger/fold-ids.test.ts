import { describe, expect, it } from 'vitest';
import { after, coins, command, EMPTY, fold, grant, move, reasonOf } from '../../test/fold-cases.ts';
import { issuance } from './accounts.ts';

describe('an id', () => {
  it('used twice inside one batch posts once, and both get the same receipt', () => {
    const { verdicts, journals } = fold([grant(1, 1, 100n), grant(1, 1, 100n)]);
    expect(journals).toHaveLength(1);
    const [first, second] = verdicts.map((verdict) => (verdict.type === 'accepted' ? verdict.receipt : null));
    expect(first?.repeated).toBe(false);
    expect(second).toEqual({ ...first, repeated: true });
  });

  it('used again for something else is refused by the name of what differs', () => {
    const other = command(1, move(issuance('COIN'), coins(1), 100n), { intent: [{ name: 'legs', value: 'other' }] });
    const [, verdict] = fold([grant(1, 1, 100n), other]).verdicts;
    expect(verdict).toMatchObject({ refusal: { reason: 'ID_REUSED', details: { field: 'legs' } } });
  });

  it('that was refused for its funds stays refused when the money is there', () => {
    const pay = command(2, move(coins(1), coins(2), 10n));
    const first = fold([pay]);
    expect(first.refusals).toHaveLength(1);
    const later = fold([grant(3, 1, 100n), pay], after(EMPTY, first));
    expect(later.verdicts[1]).toEqual(first.verdicts[0]);
    expect(later.refusals).toHaveLength(0);
  });

  it('that was malformed stays free for a right command', () => {
    const wrong = command(1, [{ accountId: coins(1), minor: 5n, action: 'half' }], { intent: [] });
    const { verdicts, refusals } = fold([wrong, { ...grant(1, 1, 5n), intent: [] }]);
    expect(verdicts.map(reasonOf)).toEqual(['INVALID_ARGUMENT', 'accepted']);
    expect(refusals).toHaveLength(0);
  });

  it('belongs to whichever came first, journal or refusal found elsewhere', () => {
    const refusal = { kind: 'forbidden', reason: 'SENDER_BLOCKED', message: 'No.', details: {} } as const;
    const pay = grant(1, 1, 5n);
    const refuse = { ...pay, legs: [], refusal };
    expect(fold([pay, refuse]).verdicts.map(reasonOf)).toEqual(['accepted', 'accepted']);
    expect(fold([refuse, pay]).verdicts.map(reasonOf)).toEqual(['SENDER_BLOCKED', 'SENDER_BLOCKED']);
  });
});
