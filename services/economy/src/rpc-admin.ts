/** What administrators do to wallets, and converting, which is the user's own. */
import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import type { Handlers } from '@fanfare/kit';
import { adjustBalance } from './commands/adjust-balance.ts';
import { convertDiamonds } from './commands/convert-diamonds.ts';
import { setAccountFloor } from './commands/set-account-floor.ts';
import { setWalletFrozen } from './commands/set-wallet-frozen.ts';
import type { HandlerDeps } from './rpc.ts';

type Rpcs = 'adjust' | 'setWalletFrozen' | 'setAccountFloor' | 'convert';

export const adminHandlers = ({
  engine,
  database,
  config,
}: HandlerDeps): Pick<Handlers<typeof EconomyServiceService>, Rpcs> => ({
  adjust: (request, call) => adjustBalance(engine, request, call),

  setWalletFrozen: (request, call) => setWalletFrozen(database, request, call),

  setAccountFloor: (request, call) => setAccountFloor(database, request, call),

  convert: (request, call) => convertDiamonds(engine, config.DIAMONDS_TO_COINS_RATE, request, call),
});
