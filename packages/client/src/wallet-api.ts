import type { Send } from './http.ts';
import type { Asset, Balances, Page } from './objects.ts';
import { type Command, commandSender, type Paging } from './requests.ts';
import type {
  CoinRequest,
  CoinRequestStatus,
  Conversion,
  PointDeduction,
  PointItem,
  Points,
  Transaction,
  Transfer,
  Withdrawal,
  WithdrawalStatus,
} from './wallet-objects.ts';

type Amount = Command & { readonly amount: string };

export function walletApi(send: Send) {
  const command = commandSender(send);
  return {
    balances: async () => (await send<{ balances: Balances }>({ method: 'GET', path: '/wallet' })).balances,
    transactions: (query: Paging & { readonly asset?: Asset } = {}) =>
      send<Page<Transaction>>({ method: 'GET', path: '/wallet/transactions', query: { ...query } }),
    transfer: (transfer: Amount & { readonly toUserId: number }) => command<Transfer>('/wallet/transfers', transfer),
    /** Diamonds to coins; `amount` is in diamonds. */
    convert: (conversion: Amount) => command<Conversion>('/wallet/conversions', conversion),
    coinRequests: coinRequestApi(send),
    withdrawals: withdrawalApi(send),
    points: pointApi(send),
  };
}

function coinRequestApi(send: Send) {
  const command = commandSender(send);
  const path = '/wallet/coin-requests';
  return {
    /** Of a certain seller, or of whoever decides first. */
    create: (request: Amount & { readonly sellerId?: number; readonly note?: string }) =>
      command<CoinRequest>(path, request),
    /** One's own, or with `scope: 'seller'` those that a coin seller may decide. */
    list: (query: Paging & { readonly status?: CoinRequestStatus; readonly scope?: 'mine' | 'seller' } = {}) =>
      send<Page<CoinRequest>>({ method: 'GET', path, query: { ...query } }),
    approve: (requestId: string) =>
      send<CoinRequest>({ method: 'POST', path: `${path}/${encodeURIComponent(requestId)}/approve` }),
    reject: (requestId: string, reason: string) =>
      send<CoinRequest>({ method: 'POST', path: `${path}/${encodeURIComponent(requestId)}/reject`, body: { reason } }),
  };
}

interface WithdrawalToRequest extends Amount {
  readonly asset: Exclude<Asset, 'coin'>;
  /** How to pay: bank, paypal, ... */
  readonly method: string;
  readonly destination: string;
}

function withdrawalApi(send: Send) {
  const command = commandSender(send);
  const path = '/wallet/withdrawals';
  return {
    request: (withdrawal: WithdrawalToRequest) => command<Withdrawal>(path, withdrawal),
    list: (query: Paging & { readonly status?: WithdrawalStatus } = {}) =>
      send<Page<Withdrawal>>({ method: 'GET', path, query: { ...query } }),
    cancel: (withdrawalId: string) =>
      send<Withdrawal>({ method: 'POST', path: `${path}/${encodeURIComponent(withdrawalId)}/cancel` }),
  };
}

function pointApi(send: Send) {
  const command = commandSender(send);
  return {
    get: () => send<Points>({ method: 'GET', path: '/wallet/points' }),
    items: async () => (await send<Page<PointItem>>({ method: 'GET', path: '/wallet/points/items' })).items,
    purchase: (purchase: Command & { readonly itemId: string }) =>
      command<PointDeduction>('/wallet/points/purchases', purchase),
    boost: (boost: Command & { readonly videoId: string }) => command<PointDeduction>('/wallet/points/boosts', boost),
    gift: (gift: Amount & { readonly toUserId: number }) => command<PointDeduction>('/wallet/points/gifts', gift),
  };
}
