/**
 * The gifts that are posted in every measurement, as gifting sends them: 4 legs in COIN and DIAMOND, the same intent,
 * a context of the same form and size, a trace and a correlation id. 10,000 senders, 100 receivers of whom few are
 * popular, every tenth of them paid through one of 10 agencies, and the platform's one account in every gift.
 */
import { randomUUID } from 'node:crypto';
import { seededRandom, wholeBelow } from '@fanfare/testing/chance';
import { AccountKind, accountIdOf, issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand, Leg } from '../src/ledger/command.ts';
import { zipf } from './zipf.ts';

export const SENDERS = 10_000;
export const RECEIVERS = 100;
export const AGENCIES = 10;
export const ZIPF_EXPONENT = 1.2;

const GIFTS = 12;
const ROOMS = 500;
/** 100 million coins: more than anybody gives away here. */
const FUNDS = 10n ** 10n;
/** Commands that are made before anything is measured; a gift is a copy of one of them under a fresh id. */
const PREPARED = 2 ** 15;

/** @returns the next gift, under an id that was never used; making it costs less than a microsecond */
export function giftSource(seed: number): () => LedgerCommand {
  const random = seededRandom(seed);
  const receiver = zipf(RECEIVERS, ZIPF_EXPONENT, random);
  const prepared = Array.from({ length: PREPARED }, () => gift(wholeBelow(SENDERS, random), receiver(), random));
  let next = 0;
  return () => {
    const command = prepared[next % PREPARED];
    if (command === undefined) throw new Error('nothing is prepared');
    next += 1;
    return { ...command, journalId: randomUUID() };
  };
}

/** Gives every sender coins, so that no gift is refused. */
export const fundings = (): readonly LedgerCommand[] =>
  Array.from({ length: SENDERS }, (_, sender) => {
    const legs = [
      { accountId: issuance('COIN'), minor: -FUNDS, action: 'grant' },
      { accountId: userAccount(senderId(sender), 'COIN'), minor: FUNDS, action: 'grant' },
    ];
    return { ...BLANK, journalId: randomUUID(), operation: 'grant', legs, userId: senderId(sender) };
  });

/** One gift for every receiver: after these no account has to be opened. */
export const firstGifts = (seed: number): readonly LedgerCommand[] => {
  const random = seededRandom(seed);
  return Array.from({ length: RECEIVERS }, (_, receiver) => ({
    ...gift(receiver, receiver, random),
    journalId: randomUUID(),
  }));
};

const BLANK: Omit<LedgerCommand, 'journalId' | 'operation' | 'legs' | 'userId'> = {
  intent: [],
  context: '{}',
  reason: '',
  refusal: null,
  hold: null,
  limit: null,
  traceparent: '',
  correlationId: 'bench',
  tenantId: null,
  audit: null,
};

const senderId = (sender: number): bigint => BigInt(sender + 1);
const receiverId = (receiver: number): bigint => BigInt(SENDERS + receiver + 1);

/** Every tenth receiver's earnings go to the agency. */
const agencyOf = (receiver: number): bigint | null => (receiver % 10 === 9 ? BigInt((receiver + 1) / 10) : null);

function gift(sender: number, receiver: number, random: () => number): LedgerCommand {
  const [giftId, quantity, roomId] = [
    1 + wholeBelow(GIFTS, random),
    1 + wholeBelow(3, random),
    1 + wholeBelow(ROOMS, random),
  ];
  const price = BigInt(giftId) * 100n;
  const cost = price * BigInt(quantity);
  const earned = cost / 2n;
  const [from, to, agency] = [senderId(sender), receiverId(receiver), agencyOf(receiver)];
  const intent = [
    { name: 'giftId', value: `${giftId}` },
    { name: 'quantity', value: `${quantity}` },
    { name: 'roomId', value: `${roomId}` },
    { name: 'recipientIds', value: `${to}` },
    { name: 'comboId', value: '' },
  ];
  const context = {
    id: randomUUID(),
    roomId,
    senderId: Number(from),
    giftId,
    quantity,
    priceMinor: `${price}`,
    comboId: null,
    comboCount: 1,
    splitVersion: 1,
    recipientBasisPoints: 5000,
    wealthXpMultiplier: 1,
    charmXpMultiplier: 1,
    shares: [agency === null ? [Number(to), `${earned}`] : [Number(to), '0', Number(agency), `${earned}`]],
  };
  return {
    ...BLANK,
    journalId: '',
    operation: 'gift.send',
    intent,
    legs: giftLegs(from, agency === null ? userAccount(to, 'DIAMOND') : agencyAccount(agency), cost, earned),
    context: JSON.stringify(context),
    userId: from,
    reason: `Gift ${giftId} x${quantity}`,
    traceparent: `00-${randomUUID().replaceAll('-', '')}-00f067aa0ba902b7-01`,
    correlationId: randomUUID(),
  };
}

const agencyAccount = (agency: bigint): Leg['accountId'] =>
  accountIdOf(AccountKind.ACCOUNT_KIND_AGENCY, agency, 'DIAMOND');

const giftLegs = (from: bigint, earner: Leg['accountId'], cost: bigint, earned: bigint): readonly Leg[] => [
  { accountId: userAccount(from, 'COIN'), minor: -cost, action: 'gift_sent' },
  { accountId: accountIdOf(AccountKind.ACCOUNT_KIND_PLATFORM, 0n, 'COIN'), minor: cost, action: 'gift_income' },
  { accountId: issuance('DIAMOND'), minor: -earned, action: 'gift_issued' },
  { accountId: earner, minor: earned, action: 'gift_received' },
];
