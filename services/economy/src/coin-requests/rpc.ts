/** Asking for coins, and those who give them. */
import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import type { Handlers } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { createCoinRequest } from './create.ts';
import { approveCoinRequest, rejectCoinRequest } from './decide.ts';
import { listCoinRequests } from './list.ts';
import { listCoinSellers, setCoinSeller } from './sellers.ts';

type Rpcs =
  | 'createCoinRequest'
  | 'listCoinRequests'
  | 'approveCoinRequest'
  | 'rejectCoinRequest'
  | 'setCoinSeller'
  | 'listCoinSellers';

export const coinRequestHandlers = ({
  engine,
  database,
  config,
}: Deps): Pick<Handlers<typeof EconomyServiceService>, Rpcs> => ({
  createCoinRequest: (request, call) => createCoinRequest(database, config.COIN_REQUESTS_OPEN_MAX, request, call),

  listCoinRequests: (request, call) => listCoinRequests(database, request, call),

  approveCoinRequest: (request, call) => approveCoinRequest({ engine, database }, request, call),

  rejectCoinRequest: (request, call) => rejectCoinRequest({ engine, database }, request, call),

  setCoinSeller: (request, call) => setCoinSeller(database, request, call),

  listCoinSellers: (request, call) => listCoinSellers(database, request, call),
});
