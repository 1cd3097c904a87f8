/** The commands of the soak: people who pay each other, always both ways at once. Pure. */
import { issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand, Leg } from '../src/ledger/command.ts';

/** Ten pairs; each is worked on from both sides by every writer. */
const USERS = 20;
const FUNDS = 10n ** 12n;
/** In the ids: what no writer is. */
export const FUNDER = 0xffff_ffff;

/** A journal's id by who sent it (a process, counted from 0) and as its how-many-eth command. */
export function journalIdBy(writer: number, number: number): string {
  return `${hex(writer, 8)}-0000-4000-8000-${hex(number, 12)}`;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Callers 0 and 1 pay each other, 2 and 3 do, and so on: neighbours lock the same two accounts in opposite order. */
export function transferOf(writer: number, number: number, caller: number): LedgerCommand {
  const pair = Math.floor(caller / 2) % (USERS / 2);
  const [one, other] = [BigInt(pair * 2 + 1), BigInt(pair * 2 + 2)];
  const [from, to] = caller % 2 === 0 ? [one, other] : [other, one];
  const minor = BigInt(1 + (number % 9));
  const legs = [
    { accountId: userAccount(from, 'COIN'), minor: -minor, action: 'transfer_sent' },
    { accountId: userAccount(to, 'COIN'), minor, action: 'transfer_received' },
  ];
  return command(journalIdBy(writer, number), 'transfer', legs, from);
}

export const fundings = (): readonly LedgerCommand[] =>
  Array.from({ length: USERS }, (_, index) => {
    const user = BigInt(index + 1);
    const legs = [
      { accountId: issuance('COIN'), minor: -FUNDS, action: 'grant' },
      { accountId: userAccount(user, 'COIN'), minor: FUNDS, action: 'grant' },
    ];
    return command(journalIdBy(FUNDER, index), 'grant', legs, user);
  });

function command(journalId: string, operation: string, legs: readonly Leg[], userId: bigint): LedgerCommand {
  return {
    journalId,
    operation,
    intent: [{ name: 'amount', value: `${legs[1]?.minor}` }],
    legs,
    context: '{}',
    userId,
    reason: '',
    refusal: null,
    hold: null,
    limit: null,
    traceparent: '',
    correlationId: 'soak',
    tenantId: null,
    audit: null,
  };
}
