import { CoinRequestStatus } from '@fanfare/contracts/economy/v1/coin_requests';
import { describe, expect, it } from 'vitest';
import { type CoinRequest, type Decider, mayDecide } from './coin-request.ts';
import { formatCoinRequest } from './wire.ts';

const admin: Decider = { userId: 1n, key: 'user:1', as: 'admin' };
const seller: Decider = { userId: 5n, key: 'user:5', as: 'seller' };

const request = (more: Partial<CoinRequest> = {}): CoinRequest =>
  ({
    id: '3f0a3a52-6f0e-5c11-9a3e-0d4a0d0f1a2b',
    userId: 7n,
    amount: 2500n,
    sellerId: 0n,
    note: 'for the party',
    attempt: 1n,
    reason: '',
    correlationId: 'c',
    tenantId: null,
    createdAt: new Date(0),
    status: 'pending',
    ...more,
  }) as CoinRequest;

describe('who may decide', () => {
  it.each([
    ['an administrator, whoever it is addressed to', { sellerId: 6n }, admin, true],
    ['an administrator not their own', { userId: 1n }, admin, false],
    ['a seller what is addressed to nobody', { sellerId: 0n }, seller, true],
    ['a seller what is addressed to them', { sellerId: 5n }, seller, true],
    ['a seller nothing that is addressed to another', { sellerId: 6n }, seller, false],
    ['a seller not their own', { userId: 5n }, seller, false],
  ] as const)('%s', (_, more, decider, may) => {
    expect(mayDecide(request(more), decider)).toBe(may);
  });
});

describe('a coin request as it is shown', () => {
  it('is pending while an approval is on its way, and names nobody', () => {
    const deciding = request({ status: 'deciding', decider: seller, decidedAt: new Date(1) });
    expect(formatCoinRequest(deciding)).toMatchObject({
      status: CoinRequestStatus.COIN_REQUEST_STATUS_PENDING,
      decidedBy: 0n,
      decidedAt: undefined,
      amount: { currency: 'COIN', minor: 2500n },
    });
  });

  it('names who has decided', () => {
    const rejected = request({ status: 'rejected', decider: admin, decidedAt: new Date(1), reason: 'no' });
    expect(formatCoinRequest(rejected)).toMatchObject({
      status: CoinRequestStatus.COIN_REQUEST_STATUS_REJECTED,
      decidedBy: 1n,
      decidedAt: new Date(1),
      reason: 'no',
    });
  });
});
