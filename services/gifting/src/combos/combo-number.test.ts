import { Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import { expect, test } from 'vitest';
import { encodeContext } from '../sending/gift-context.ts';
import { isNumberUnused } from './combo-number.ts';

const contextWith = (comboCount: number): string =>
  encodeContext({
    id: 'g-1',
    roomId: null,
    senderId: 5n,
    giftId: 3n,
    quantity: 1,
    priceMinor: 100n,
    comboId: 'c',
    comboCount,
    splitVersion: 1,
    recipientBasisPoints: 5000,
    wealthXpMultiplier: 1,
    charmXpMultiplier: 1,
    shares: [{ recipientId: 7n, earnings: 50n, agencyId: null, commission: 0n }],
  });

test.each([false, true])('a number that the posted gift carries stays taken, repeated or not (%s)', (repeated) => {
  const verdict = Verdict.fromPartial({ receipt: { context: contextWith(7), repeated } });
  expect(isNumberUnused(verdict, 7)).toBe(false);
});

test('a repeat of a gift with another number leaves its own unused', () => {
  const verdict = Verdict.fromPartial({ receipt: { context: contextWith(3), repeated: true } });
  expect(isNumberUnused(verdict, 7)).toBe(true);
});

test.each(['failed_precondition', 'already_exists', 'forbidden', 'not_found', 'invalid'])(
  'a refusal of kind %s leaves the number unused',
  (kind) => expect(isNumberUnused(Verdict.fromPartial({ refusal: { kind } }), 7)).toBe(true),
);

test.each(['unavailable', 'exhausted', 'deadline', 'aborted', 'internal', 'of_a_newer_release', 'toString'])(
  'after %s the command may still be posted, so the number stays taken',
  (kind) => expect(isNumberUnused(Verdict.fromPartial({ refusal: { kind } }), 7)).toBe(false),
);

test('a dropped command and an empty verdict say nothing of its earlier copies', () => {
  expect(isNumberUnused(Verdict.fromPartial({ dropped: {} }), 7)).toBe(false);
  expect(isNumberUnused(Verdict.fromPartial({}), 7)).toBe(false);
});
