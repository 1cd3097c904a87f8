/** An approval as a command for the ledger: known from the request's row alone, whoever sends it. Pure. */
import { formatMinor, journalIdOf, type Minor } from '@fanfare/kit';
import type { Refusal } from '../errors.ts';
import { issuance, userAccount } from '../ledger/accounts.ts';
import type { LedgerCommand, Limit } from '../ledger/command.ts';
import type { Deciding } from './coin-request.ts';

const OPERATION = 'coin_request.approve';
const ACTION = 'coin_request';
const DAY_MS = 86_400_000;

/** What the ledger may answer without anything being wrong; the request is pending again then. */
const RELEASING: readonly string[] = ['INSUFFICIENT_FUNDS', 'ACCOUNT_FROZEN', 'LIMIT_EXCEEDED'];

export const releases = ({ reason }: Refusal): boolean => RELEASING.includes(reason);

/**
 * Each attempt has an id of its own, because the ledger remembers what it refused; within an attempt there is one
 * journal, however many processes send it.
 * @param dailyLimit of the seller, null for an administrator
 */
export function approvalCommand(request: Deciding, dailyLimit: Minor | null, traceparent: string): LedgerCommand {
  const { id, userId, amount, attempt, decider } = request;
  const from = decider.as === 'admin' ? issuance('COIN') : userAccount(decider.userId, 'COIN');
  return {
    journalId: journalIdOf('system', OPERATION, `${id}:${attempt}`),
    operation: OPERATION,
    intent: [
      { name: 'coinRequestId', value: id },
      { name: 'amount', value: formatMinor(amount) },
      { name: 'decidedBy', value: decider.key },
    ],
    legs: [
      { accountId: from, minor: -amount, action: ACTION },
      { accountId: userAccount(userId, 'COIN'), minor: amount, action: ACTION },
    ],
    // Ids are at most 2^53 - 1, and numbers in every JSON of ours.
    context: JSON.stringify({ coinRequestId: id, userId: Number(userId), decidedBy: Number(decider.userId) }),
    userId,
    reason: 'Coin request approved',
    refusal: null,
    hold: null,
    limit: dailyLimit === null ? null : dailyLimitOf(request, dailyLimit),
    traceparent,
    correlationId: request.correlationId,
    tenantId: request.tenantId,
    audit: decider.as === 'admin' ? auditOf(request) : null,
  };
}

/** The same id, refused for good: what the ledger does not remember by itself could be sent again by a late process. */
export const closingCommand = (command: LedgerCommand, refusal: Refusal): LedgerCommand => ({
  ...command,
  legs: [],
  limit: null,
  audit: null,
  refusal,
});

/** Counts by the UTC day in which the approval began, whenever it is carried out. */
function dailyLimitOf({ amount, decider, decidedAt }: Deciding, maxMinor: Minor): Limit {
  const day = decidedAt.toISOString().slice(0, 10);
  return {
    key: `coin_seller:${decider.userId}:${day}`,
    maxMinor,
    minor: amount,
    // A day longer than it counts, for clocks that differ.
    expiresAt: new Date(Date.parse(day) + 2 * DAY_MS),
  };
}

const auditOf = ({ id, userId, amount, decider, note }: Deciding): LedgerCommand['audit'] => ({
  caller: decider.key,
  action: OPERATION,
  target: `user:${userId}`,
  reason: note,
  details: { coinRequestId: id, amount: formatMinor(amount) },
});
