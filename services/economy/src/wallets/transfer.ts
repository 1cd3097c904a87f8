/** The rules of a transfer between users. Pure; whether the sender can pay is the ledger's to say. */
import { type Currency, invalid, type Minor } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { MAX_OWNER_ID, userAccount } from '../ledger/accounts.ts';
import type { IntentField, Leg } from '../ledger/command.ts';

export interface Transfer {
  readonly fromUserId: bigint;
  readonly toUserId: bigint;
  readonly currency: Currency;
  readonly amount: Minor;
}

/** What the sender asked for, under the names of the public request. */
export const transferIntent = ({ toUserId, amount }: Transfer, format: (minor: Minor) => string): IntentField[] => [
  { name: 'toUserId', value: `${toUserId}` },
  { name: 'amount', value: format(amount) },
];

/** The legs of a transfer. @throws AppError for the first rule broken */
export function transferLegs({ fromUserId, toUserId, currency, amount }: Transfer): readonly Leg[] {
  if (currency !== 'COIN') throw invalid('currency', 'must be COIN');
  if (amount <= 0n) throw invalid('amount', 'must be more than zero');
  if (toUserId < 1n || toUserId > MAX_OWNER_ID) throw invalid('toUserId', 'must be a user id');
  if (toUserId === fromUserId) throw errors.TRANSFER_TO_SELF();
  return [
    { accountId: userAccount(fromUserId, currency), minor: -amount, action: 'transfer_sent' },
    { accountId: userAccount(toUserId, currency), minor: amount, action: 'transfer_received' },
  ];
}
