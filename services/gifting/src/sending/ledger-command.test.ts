import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Gift } from '../catalogue/gift.ts';
import { errors } from '../errors.ts';
import { costOf, decodeContext, sentGiftOf } from './gift-context.ts';
import { acceptCommand, legsOf, refuseCommand } from './ledger-command.ts';
import type { GiftRequest } from './send-request.ts';

const MAX = 2n ** 53n - 1n;
const gift: Gift = {
  id: 3n,
  name: 'Rose',
  priceMinor: 100n,
  category: 'flowers',
  rarity: 'common',
  animationUrl: null,
  thumbnailUrl: null,
  wealthXpMultiplier: 1.5,
  charmXpMultiplier: 1,
  isActive: true,
  version: 1n,
};
const request: GiftRequest = {
  id: 'g-1',
  senderId: 5n,
  giftId: 3n,
  quantity: 2,
  roomId: 42n,
  recipientIds: [8n, 7n],
  comboId: 'c',
  expectedPrice: null,
};
const split = { version: 1, recipientBasisPoints: 5000 };
const origin = {
  journalId: '00000000-0000-5000-8000-000000000000',
  correlationId: 'c',
  traceparent: '',
  tenantId: undefined,
};

test('a gift takes coins from the sender and issues diamonds to each recipient', () => {
  const { postings } = acceptCommand(request, gift, split, 1, origin);
  expect(
    postings.map(({ account, minor, action }) => `${account?.kind} ${account?.ownerId} ${minor} ${action}`),
  ).toEqual([
    '1 5 -400 gift_sent',
    '3 0 400 gift_income',
    '4 0 -200 gift_issued',
    '1 8 100 gift_received',
    '1 7 100 gift_received',
  ]);
});

test('whatever the shares, each currency sums to zero and no leg is empty', () => {
  const amounts = fc.bigInt(0n, MAX);
  const share = fc.record({
    recipientId: fc.bigInt(1n, MAX),
    cost: amounts,
    earnings: amounts,
    agencyId: fc.option(fc.bigInt(1n, 3n)),
    commission: amounts,
    platform: amounts,
  });
  const consistent = fc
    .array(share, { minLength: 1, maxLength: 50 })
    .map((shares) => shares.map((each) => ({ ...each, commission: each.agencyId === null ? 0n : each.commission })));
  fc.assert(
    fc.property(consistent, (shares) => {
      const legs = legsOf(5n, shares);
      for (const currency of ['COIN', 'DIAMOND']) {
        const of = legs.filter((leg) => leg.account?.currency === currency);
        expect(of.reduce((sum, leg) => sum + leg.minor, 0n)).toBe(0n);
      }
      expect(legs.every((leg) => leg.minor !== 0n)).toBe(true);
    }),
  );
});

test('the context gives the whole gift back', () => {
  const context = decodeContext(acceptCommand(request, gift, split, 3, origin).context);
  expect(context).toMatchObject({
    comboCount: 3,
    splitVersion: 1,
    recipientBasisPoints: 5000,
    wealthXpMultiplier: 1.5,
  });
  expect(costOf(context)).toBe(400n);
  const sentAt = new Date('2026-01-02T03:04:05.678Z');
  expect(sentGiftOf(context, sentAt)).toEqual({
    id: 'g-1',
    roomId: 42n,
    senderId: 5n,
    recipientIds: [8n, 7n],
    giftId: 3n,
    quantity: 2,
    price: { currency: 'COIN', minor: 100n },
    totalCost: { currency: 'COIN', minor: 400n },
    comboId: 'c',
    comboCount: 3,
    sentAt,
  });
});

test('shares with agencies and fields of a newer release are read', () => {
  const text = acceptCommand(request, gift, split, 1, origin).context;
  const edited = { ...JSON.parse(text), later: true, shares: [[8, '90', 11, '10']] };
  expect(decodeContext(JSON.stringify(edited)).shares).toEqual([
    { recipientId: 8n, earnings: 90n, agencyId: 11n, commission: 10n },
  ]);
});

test('the worst gift fits the ledger: 50 recipients, the longest ids and texts', () => {
  const worst: GiftRequest = {
    ...request,
    id: '\u6f22'.repeat(128),
    comboId: '\u6f22'.repeat(64),
    senderId: MAX,
    roomId: MAX,
    quantity: 1,
    recipientIds: Array.from({ length: 50 }, (_, index) => MAX - BigInt(index)),
  };
  const dear = { ...gift, id: MAX, priceMinor: MAX / 50n, wealthXpMultiplier: 9999.9999, charmXpMultiplier: 9999.9999 };
  const command = acceptCommand(worst, dear, split, 2_147_483_647, origin);
  expect(Buffer.byteLength(command.context)).toBeLessThanOrEqual(4096);
  expect(command.postings.length).toBeLessThanOrEqual(64);
});

test('a refusal moves nothing and carries its reason and details under the same intent', () => {
  const refused = refuseCommand(request, errors.PRICE_CHANGED({ expected: '1.00', actual: '2.00' }), origin);
  expect(refused.postings).toEqual([]);
  expect(refused.intent).toEqual(acceptCommand(request, gift, split, 1, origin).intent);
  expect(refused.refusal).toEqual({
    reason: 'PRICE_CHANGED',
    kind: 'failed_precondition',
    message: 'The price has changed. Expected: 1.00, Actual: 2.00',
    metadata: { expected: '1.00', actual: '2.00' },
  });
});
