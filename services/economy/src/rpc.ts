/** The service's RPCs, each with its feature. */
import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import type { Handlers } from '@fanfare/kit';
import { coinRequestHandlers } from './coin-requests/rpc.ts';
import type { Deps } from './deps.ts';
import { pointHandlers } from './points/rpc.ts';
import { postingHandlers } from './posting/rpc.ts';
import { proofHandlers } from './proof/rpc.ts';
import { walletHandlers } from './wallets/rpc.ts';
import { withdrawalHandlers } from './withdrawals/rpc.ts';

export const handlers = (deps: Deps): Handlers<typeof EconomyServiceService> => ({
  ...postingHandlers(deps),
  ...walletHandlers(deps),
  ...coinRequestHandlers(deps),
  ...withdrawalHandlers(deps),
  ...pointHandlers(deps),
  ...proofHandlers(deps),
});
