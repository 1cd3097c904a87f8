import { describe, expect, it } from 'vitest';
import { issuance, userAccount } from '../ledger/accounts.ts';
import { approvalCommand, closingCommand, releases } from './approval.ts';
import type { Deciding } from './coin-request.ts';

const request: Deciding = {
  id: '3f0a3a52-6f0e-5c11-9a3e-0d4a0d0f1a2b',
  userId: 7n,
  amount: 2500n,
  sellerId: 0n,
  note: 'for the party',
  attempt: 1n,
  reason: '',
  correlationId: 'c',
  tenantId: 'acme',
  createdAt: new Date('2026-11-20T12:00:00Z'),
  status: 'deciding',
  decider: { userId: 5n, key: 'user:5', as: 'seller' },
  decidedAt: new Date('2026-11-21T23:59:59.999Z'),
};

describe('the approval of a seller', () => {
  it("moves the seller's coins and counts against the UTC day in which it began", () => {
    const command = approvalCommand(request, 100_000n, '');
    expect(command.legs).toEqual([
      { accountId: userAccount(5n, 'COIN'), minor: -2500n, action: 'coin_request' },
      { accountId: userAccount(7n, 'COIN'), minor: 2500n, action: 'coin_request' },
    ]);
    expect(command.limit).toEqual({
      key: 'coin_seller:5:2026-11-21',
      maxMinor: 100_000n,
      minor: 2500n,
      expiresAt: new Date('2026-11-23T00:00:00Z'),
    });
    expect(command.audit).toBeNull();
    expect(command.tenantId).toBe('acme');
  });
});

describe('the approval of an administrator', () => {
  const byAdmin: Deciding = { ...request, decider: { userId: 1n, key: 'user:1', as: 'admin' } };

  it('issues the coins, without a limit, and leaves an audit row', () => {
    const command = approvalCommand(byAdmin, null, '');
    expect(command.legs[0]).toEqual({ accountId: issuance('COIN'), minor: -2500n, action: 'coin_request' });
    expect(command.limit).toBeNull();
    expect(command.audit).toMatchObject({ caller: 'user:1', action: 'coin_request.approve', target: 'user:7' });
  });
});

describe('the id of an attempt', () => {
  it('is the same for whoever sends it, and another for the next attempt and another request', () => {
    const idOf = (more: Partial<Deciding>): string => approvalCommand({ ...request, ...more }, 1n, '').journalId;
    const ids = [{}, { attempt: 2n }, { id: '3f0a3a52-6f0e-5c11-9a3e-0d4a0d0f1a2c' }].map(idOf);
    expect(new Set(ids).size).toBe(3);
    expect(idOf({ correlationId: 'other' })).toBe(ids[0]);
  });

  it('is closed under the same intent, so that the ledger knows it for the same command', () => {
    const command = approvalCommand(request, 1n, '');
    const refusal = { kind: 'failed_precondition', reason: 'LIMIT_EXCEEDED', message: '', details: {} } as const;
    const closing = closingCommand(command, refusal);
    expect(closing).toMatchObject({ journalId: command.journalId, intent: command.intent, legs: [], refusal });
    expect(releases(refusal)).toBe(true);
    expect(releases({ ...refusal, reason: 'ID_REUSED' })).toBe(false);
  });
});
