import type { CoinRequest, CoinRequestStatus, CoinSeller } from '@fanfare/client/wallet-objects';
import {
  type CoinRequest as RequestRecord,
  CoinRequestStatus as RequestStatus,
  type CoinSeller as SellerRecord,
} from '@fanfare/contracts/economy/v1/coin_requests';
import { idOf, idUnlessZero, moneyOf, nameOf, textOrNull, timeOf, timeOrNull } from './scalars.ts';

export const COIN_REQUEST_STATUSES = {
  pending: RequestStatus.COIN_REQUEST_STATUS_PENDING,
  approved: RequestStatus.COIN_REQUEST_STATUS_APPROVED,
  rejected: RequestStatus.COIN_REQUEST_STATUS_REJECTED,
} as const satisfies Record<CoinRequestStatus, RequestStatus>;

export const presentCoinRequest = (request: RequestRecord): CoinRequest => ({
  id: request.id,
  userId: idOf(request.userId),
  amount: moneyOf(request.amount),
  sellerId: idUnlessZero(request.sellerId),
  note: textOrNull(request.note),
  status: nameOf(COIN_REQUEST_STATUSES, request.status),
  decidedBy: idUnlessZero(request.decidedBy),
  reason: textOrNull(request.reason),
  createdAt: timeOf(request.createdAt),
  decidedAt: timeOrNull(request.decidedAt),
});

export const presentCoinSeller = (seller: SellerRecord): CoinSeller => ({
  userId: idOf(seller.userId),
  dailyLimit: moneyOf(seller.dailyLimit),
  requestLimit: moneyOf(seller.requestLimit),
  isActive: seller.isActive,
  createdAt: timeOf(seller.createdAt),
});
