import type { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { type Handlers, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { limitOf, pageOf, placeOf } from '../page.ts';
import { createCoinRequest } from './create-coin-request.ts';
import { approveCoinRequest, rejectCoinRequest } from './decide-coin-request.ts';
import { listCoinRequests } from './list-coin-requests.ts';
import { listSellers } from './seller-store.ts';
import { setCoinSeller } from './set-coin-seller.ts';
import {
  formatCoinRequest,
  formatCoinSeller,
  parseApproval,
  parseCoinRequest,
  parseCoinSeller,
  parseList,
  parseRejection,
} from './wire.ts';

const USER_ID = /^[1-9]\d{0,15}$/;

export const coinRequestHandlers = (deps: Deps) =>
  ({
    createCoinRequest: async (request, call) => ({
      coinRequest: formatCoinRequest(await createCoinRequest(deps, call, parseCoinRequest(request))),
    }),

    listCoinRequests: async (request, call) => {
      const { items, nextCursor } = await listCoinRequests(deps, call, parseList(request));
      return { coinRequests: items.map(formatCoinRequest), nextCursor };
    },

    approveCoinRequest: async (request, call) => ({
      coinRequest: formatCoinRequest(await approveCoinRequest(deps, call, parseApproval(request))),
    }),

    rejectCoinRequest: async (request, call) => ({
      coinRequest: formatCoinRequest(await rejectCoinRequest(deps, call, parseRejection(request))),
    }),

    setCoinSeller: async (request, call) => ({
      coinSeller: formatCoinSeller(await setCoinSeller(deps, call, parseCoinSeller(request))),
    }),

    /** Newest first, those that have ended included. */
    listCoinSellers: async (request, { caller }) => {
      requireRole(caller, 'admin');
      const limit = limitOf(request.limit);
      const rows = await listSellers(deps.database, placeOf(request.cursor, USER_ID), limit + 1);
      const named = rows.map((seller) => ({ ...seller, id: `${seller.userId}` }));
      const { items, nextCursor } = pageOf(named, limit);
      return { coinSellers: items.map(formatCoinSeller), nextCursor };
    },
  }) satisfies Partial<Handlers<typeof EconomyServiceService>>;
