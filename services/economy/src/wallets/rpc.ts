import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import type { Handlers } from '@fanfare/kit';
import { requireReader } from '../authority.ts';
import type { Deps } from '../deps.ts';
import { formatBalances, formatMoney } from '../format.ts';
import { limitOf } from '../page.ts';
import { parseUserId } from '../parse-request.ts';
import { adjustBalance } from './adjust-balance.ts';
import { convertDiamonds } from './convert-diamonds.ts';
import { grantAsset } from './grant-asset.ts';
import { setAccountFloor } from './set-account-floor.ts';
import { setWalletFrozen } from './set-wallet-frozen.ts';
import { decodeCursor, encodeCursor } from './statement.ts';
import { transferCoins } from './transfer-coins.ts';
import { readStatement, readWallet } from './wallet-store.ts';
import {
  formatConversion,
  formatGrant,
  formatLine,
  formatMovement,
  formatTransfer,
  parseAccounts,
  parseConversion,
  parseFloor,
  parseFreeze,
  parseMovement,
  parseTransfer,
} from './wire.ts';

export const walletHandlers = (deps: Deps) =>
  ({
    getWallet: async ({ userId }, { caller }) => {
      requireReader(caller, parseUserId('userId', userId));
      return { balances: formatBalances(await readWallet(deps.prisma, userId)) };
    },

    listTransactions: async ({ userId, currency, cursor, limit }, { caller }) => {
      requireReader(caller, parseUserId('userId', userId));
      const accountIds = parseAccounts(userId, currency);
      const from = decodeCursor(cursor, accountIds.length);
      const { lines, next } = await readStatement(deps.prisma, accountIds, from, limitOf(limit));
      return { transactions: lines.map(formatLine), nextCursor: next === null ? '' : encodeCursor(next) };
    },

    transfer: async (request, call) => formatTransfer(await transferCoins(deps, call, parseTransfer(request))),

    convert: async (request, call) => formatConversion(await convertDiamonds(deps, call, parseConversion(request))),

    grant: async (request, call) => formatGrant(await grantAsset(deps, call, parseMovement(request))),

    adjust: async (request, call) => formatMovement(await adjustBalance(deps, call, parseMovement(request))),

    setWalletFrozen: async (request, call) => {
      const input = parseFreeze(request);
      await setWalletFrozen(deps, call, input);
      return { userId: input.userId, frozen: input.frozen };
    },

    setAccountFloor: async (request, call) => {
      const input = parseFloor(request);
      await setAccountFloor(deps, call, input);
      return { userId: input.userId, floor: formatMoney(input.floor.currency, input.floor.minor) };
    },
  }) satisfies Partial<Handlers<typeof EconomyServiceService>>;
