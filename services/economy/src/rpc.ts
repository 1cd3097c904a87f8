import type {
  EconomyServiceService,
  ListTransactionsRequest,
  Transaction,
} from '@fanfare/contracts/economy/v1/economy_service';
import type { Database } from '@fanfare/database';
import {
  type Caller,
  CallerKind,
  commonErrors,
  type Handlers,
  hasRole,
  invalid,
  isCurrency,
  requireInternal,
  requireUser,
} from '@fanfare/kit';
import { type AccountId, currencyOf, userAccount, walletOf } from './accounts.ts';
import { grantAsset } from './commands/grant-asset.ts';
import { postBatch } from './commands/post-batch.ts';
import { transferCoins } from './commands/transfer-coins.ts';
import type { Config } from './config.ts';
import type { Engine } from './engine.ts';
import { formatBalances, formatMoney } from './format.ts';
import { limitOf } from './page.ts';
import { parseUserId } from './parse-request.ts';
import { adminHandlers } from './rpc-admin.ts';
import { coinHandlers } from './rpc-coins.ts';
import { pointHandlers } from './rpc-points.ts';
import { withdrawalHandlers } from './rpc-withdrawals.ts';
import { decodeCursor, encodeCursor } from './statement.ts';
import type { StatementLine, Store } from './store.ts';

export interface HandlerDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly database: Database;
  readonly config: Config;
}

const MAX_COMMANDS = 256;

export const handlers = (deps: HandlerDeps): Handlers<typeof EconomyServiceService> => ({
  ...adminHandlers(deps),
  ...coinHandlers(deps),
  ...pointHandlers(deps),
  ...withdrawalHandlers(deps),

  postBatch: async ({ commands }, { caller }) => {
    requireInternal(caller);
    if (commands.length > MAX_COMMANDS) throw invalid('commands', `must be at most ${MAX_COMMANDS}`);
    return { verdicts: await postBatch(deps.engine, commands) };
  },

  getWallet: async ({ userId }, { caller }) => {
    requireOwner(caller, userId);
    return { balances: formatBalances(await deps.store.readWallet(userId)) };
  },

  listTransactions: async (request, { caller }) => {
    requireOwner(caller, request.userId);
    const accountIds = accountsOf(request);
    const from = decodeCursor(request.cursor, accountIds.length);
    const { lines, next } = await deps.store.readStatement(accountIds, from, limitOf(request.limit));
    return { transactions: lines.map(formatLine), nextCursor: next === null ? '' : encodeCursor(next) };
  },

  transfer: (request, call) => transferCoins(deps.engine, request, call),

  grant: (request, call) => grantAsset(deps.engine, request, call),

  getTrialBalance: async (_request, { caller }) => {
    if (!mayReadAll(caller)) throw commonErrors.FORBIDDEN({ required: 'admin' });
    const { accounts, entries, journals, entryCount } = await deps.store.readTrialBalance();
    return { sums: formatBalances(accounts), entrySums: formatBalances(entries), journals, entries: entryCount };
  },
});

const mayReadAll = (caller: Caller): boolean =>
  hasRole(caller, 'admin') ||
  caller.kind === CallerKind.CALLER_KIND_SERVICE ||
  caller.kind === CallerKind.CALLER_KIND_SYSTEM;

/** A wallet is its owner's business, and that of administrators and other services. */
function requireOwner(caller: Caller, userId: bigint): void {
  parseUserId('userId', userId);
  if (!mayReadAll(caller) && requireUser(caller) !== userId) throw commonErrors.FORBIDDEN();
}

function accountsOf({ userId, currency }: ListTransactionsRequest): readonly AccountId[] {
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
