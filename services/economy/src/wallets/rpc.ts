import type { EconomyServiceService, Transaction } from '@fanfare/contracts/economy/v1/economy_service';
import { type Handlers, invalid, isCurrency } from '@fanfare/kit';
import { requireReader } from '../authority.ts';
import type { Deps } from '../deps.ts';
import { formatBalances, formatMoney } from '../format.ts';
import { type AccountId, currencyOf, userAccount, walletOf } from '../ledger/accounts.ts';
import { limitOf } from '../page.ts';
import { parseUserId } from '../parse-request.ts';
import { adjustBalance } from './adjust-balance.ts';
import { convertDiamonds } from './convert-diamonds.ts';
import { grantAsset } from './grant-asset.ts';
import { setAccountFloor } from './set-account-floor.ts';
import { setWalletFrozen } from './set-wallet-frozen.ts';
import { decodeCursor, encodeCursor } from './statement.ts';
import { transferCoins } from './transfer-coins.ts';
import { readStatement, readWallet, type StatementLine } from './wallet-store.ts';

type WalletRpc =
  | 'getWallet'
  | 'listTransactions'
  | 'transfer'
  | 'convert'
  | 'grant'
  | 'adjust'
  | 'setWalletFrozen'
  | 'setAccountFloor';

export const walletHandlers = ({
  engine,
  database,
  prisma,
  config,
}: Deps): Pick<Handlers<typeof EconomyServiceService>, WalletRpc> => ({
  getWallet: async ({ userId }, { caller }) => {
    requireReader(caller, parseUserId('userId', userId));
    return { balances: formatBalances(await readWallet(prisma, userId)) };
  },

  listTransactions: async ({ userId, currency, cursor, limit }, { caller }) => {
    requireReader(caller, parseUserId('userId', userId));
    const accountIds = parseAccounts(userId, currency);
    const from = decodeCursor(cursor, accountIds.length);
    const { lines, next } = await readStatement(prisma, accountIds, from, limitOf(limit));
    return { transactions: lines.map(formatLine), nextCursor: next === null ? '' : encodeCursor(next) };
  },

  transfer: (request, call) => transferCoins(engine, request, call),

  convert: (request, call) => convertDiamonds(engine, config.DIAMONDS_TO_COINS_RATE, request, call),

  grant: (request, call) => grantAsset(engine, request, call),

  adjust: (request, call) => adjustBalance(engine, request, call),

  setWalletFrozen: (request, call) => setWalletFrozen(database, request, call),

  setAccountFloor: (request, call) => setAccountFloor(database, request, call),
});

/** Of one asset, or of all three. */
function parseAccounts(userId: bigint, currency: string): readonly AccountId[] {
  if (currency === '') return walletOf(userId);
  if (!isCurrency(currency)) throw invalid('currency', 'must be COIN, DIAMOND or POINT');
  return [userAccount(userId, currency)];
}

/** An entry is named by its place: the account and its seq there. */
function formatLine(line: StatementLine): Transaction {
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
