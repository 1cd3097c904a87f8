/** From messages of the wire to what the commands of wallets take, and back. Pure. */
import type {
  AdjustRequest,
  AdjustResponse,
  ConvertRequest,
  ConvertResponse,
  GrantRequest,
  GrantResponse,
  SetAccountFloorRequest,
  SetWalletFrozenRequest,
  Transaction,
  TransferRequest,
  TransferResponse,
} from '@fanfare/contracts/economy/v1/economy_service';
import { invalid, isCurrency } from '@fanfare/kit';
import { formatMoney } from '../format.ts';
import { type AccountId, currencyOf, userAccount, walletOf } from '../ledger/accounts.ts';
import { parseAmount, parsePositive } from '../parse-amount.ts';
import { parseClientId, parseReason, parseUserId } from '../parse-request.ts';
import type { ConversionInput, Converted } from './convert-diamonds.ts';
import type { Moved, MovementInput } from './move-issued.ts';
import type { FloorInput } from './set-account-floor.ts';
import type { FreezeInput } from './set-wallet-frozen.ts';
import type { TransferInput, Transferred } from './transfer-coins.ts';
import type { StatementLine } from './wallet-store.ts';

/** Of one asset, or of all three. @throws AppError (invalid), as all of these do, naming the first field that is wrong */
export function parseAccounts(userId: bigint, currency: string): readonly AccountId[] {
  if (currency === '') return walletOf(userId);
  if (!isCurrency(currency)) throw invalid('currency', 'must be COIN, DIAMOND or POINT');
  return [userAccount(userId, currency)];
}

export const parseTransfer = ({ id, toUserId, amount }: TransferRequest): TransferInput => ({
  id: parseClientId(id),
  toUserId: parseUserId('toUserId', toUserId),
  amount: parseAmount(amount),
});

export const parseConversion = ({ id, amount }: ConvertRequest): ConversionInput => ({
  id: parseClientId(id),
  diamonds: parsePositive(amount, 'DIAMOND'),
});

export const parseMovement = ({ id, userId, amount, reason }: GrantRequest | AdjustRequest): MovementInput => ({
  id: parseClientId(id),
  userId: parseUserId('userId', userId),
  amount: parseAmount(amount),
  reason: parseReason(reason),
});

export const parseFreeze = ({ userId, frozen, reason }: SetWalletFrozenRequest): FreezeInput => ({
  userId: parseUserId('userId', userId),
  frozen,
  reason: parseReason(reason),
});

export function parseFloor(request: SetAccountFloorRequest): FloorInput {
  const userId = parseUserId('userId', request.userId);
  const floor = parseAmount(request.floor);
  if (floor.minor < 0n) throw invalid('floor', 'must be zero or more');
  return { userId, floor, reason: parseReason(request.reason) };
}

/** An entry is named by its place: the account and its seq there. */
export function formatLine(line: StatementLine): Transaction {
  const currency = currencyOf(line.accountId);
  return {
    id: `${line.accountId}-${line.seq}`,
    journalId: line.journalId,
    action: line.action,
    amount: formatMoney(currency, line.minor),
    balanceBefore: formatMoney(currency, line.balanceAfter - line.minor),
    balanceAfter: formatMoney(currency, line.balanceAfter),
    reason: line.reason,
    metadata: line.context,
    createdAt: line.createdAt,
  };
}

export const formatTransfer = ({
  id,
  fromUserId,
  toUserId,
  currency,
  amount,
  postedAt,
}: Transferred): TransferResponse => ({
  id,
  fromUserId,
  toUserId,
  amount: formatMoney(currency, amount),
  createdAt: postedAt,
});

export const formatConversion = ({ id, diamonds, coins, postedAt }: Converted): ConvertResponse => ({
  id,
  from: formatMoney('DIAMOND', diamonds),
  to: formatMoney('COIN', coins),
  createdAt: postedAt,
});

export const formatGrant = ({ id, userId, amount, reason, postedAt }: Moved): GrantResponse => ({
  id,
  userId,
  amount: formatMoney(amount.currency, amount.minor),
  reason,
  createdAt: postedAt,
});

export const formatMovement = (moved: Moved): AdjustResponse => ({
  ...formatGrant(moved),
  balance: formatMoney(moved.amount.currency, moved.balance),
});
