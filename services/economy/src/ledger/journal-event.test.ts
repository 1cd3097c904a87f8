import { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AccountKind, accountIdOf, describeAccount } from './accounts.ts';
import type { Journal } from './fold.ts';
import { describeHold, journalBody } from './journal-event.ts';

const int8 = fc.oneof(fc.constant(0n), fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }));
const text = fc.string({ unit: 'grapheme' });
const time = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const account = fc
  .record({
    kind: fc.constantFrom(
      AccountKind.ACCOUNT_KIND_USER,
      AccountKind.ACCOUNT_KIND_AGENCY,
      AccountKind.ACCOUNT_KIND_PLATFORM,
      AccountKind.ACCOUNT_KIND_DEBT,
    ),
    owner: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
    currency: fc.constantFrom('COIN' as const, 'DIAMOND' as const, 'POINT' as const),
  })
  .map(({ kind, owner, currency }) => accountIdOf(kind, owner, currency));
const hold = fc.oneof(
  fc.constant(null),
  fc.record({ type: fc.constant('reserve' as const), accountId: account, minor: int8, expiresAt: time }),
  fc.record({ type: fc.constant('capture' as const), holdId: fc.uuid(), minor: int8 }),
  fc.record({ type: fc.constantFrom('void' as const, 'expire' as const), holdId: fc.uuid() }),
);
const command = fc.record({
  journalId: fc.uuid(),
  operation: text.filter((name) => name !== ''),
  intent: fc.constant([]),
  legs: fc.constant([]),
  context: fc.json(),
  userId: fc.constant(1n),
  reason: text,
  refusal: fc.constant(null),
  hold,
  limit: fc.constant(null),
  traceparent: fc.constant(''),
  correlationId: fc.constant(''),
  tenantId: fc.constant(null),
  audit: fc.constant(null),
});
const journal: fc.Arbitrary<Journal> = fc.record({
  command,
  intent: fc.constant('[]'),
  entries: fc.array(
    fc.record({
      accountId: account,
      seq: int8,
      minor: int8.filter((n) => n !== 0n),
      balanceAfter: int8,
      action: text.filter((name) => name !== ''),
    }),
  ),
  hold: fc.constant(null),
  balances: fc.constant([0n, 0n, 0n] as const),
  touched: fc.array(
    fc.record({ userId: fc.bigInt({ min: 1n, max: 2n ** 53n }), balances: fc.tuple(int8, int8, int8) }),
  ),
});

it('a journal is announced in exactly the JSON of its message', () => {
  fc.assert(
    fc.property(journal, fc.bigInt({ min: 1n, max: 2n ** 62n }), time, (of, batch, postedAt) => {
      const message: JournalPosted = {
        journalId: of.command.journalId,
        operation: of.command.operation,
        batch,
        legs: of.entries.map(({ accountId, minor, balanceAfter, action }) => ({
          account: describeAccount(accountId),
          minor,
          balanceAfterMinor: balanceAfter,
          action,
        })),
        balances: of.touched.map(({ userId, balances: [coinMinor, diamondMinor, pointMinor] }) => ({
          userId,
          coinMinor,
          diamondMinor,
          pointMinor,
        })),
        context: of.command.context,
        postedAt,
        reason: of.command.reason,
        hold: of.command.hold === null ? undefined : describeHold(of.command.hold),
      };
      expect(journalBody(of, batch, postedAt)).toBe(JSON.stringify(JournalPosted.toJSON(message)));
    }),
  );
});
