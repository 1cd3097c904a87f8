/** Asking for coins, what became of it, and who sells them. */
import { defineArea } from '../../area.ts';
import { clients } from './clients.ts';
import { listCoinSellers, setCoinSeller } from './coin-sellers.ts';
import { createCoinRequest } from './create-coin-request.ts';
import { approveCoinRequest, rejectCoinRequest } from './decide-coin-request.ts';
import { listAllCoinRequests, listCoinRequests } from './list-coin-requests.ts';

export const coinRequests = defineArea({
  name: 'coin-requests',
  clients,
  routes: [
    ...[createCoinRequest, listCoinRequests, approveCoinRequest, rejectCoinRequest],
    ...[listAllCoinRequests, setCoinSeller, listCoinSellers],
  ],
});
