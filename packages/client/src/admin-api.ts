import type { Send } from './http.ts';
import type { Asset, Balances, Gift, Page, User } from './objects.ts';
import { type Command, commandSender, type Paging } from './requests.ts';
import type {
  Adjustment,
  CoinRequest,
  CoinRequestStatus,
  CoinSeller,
  Grant,
  Penalty,
  PointItem,
  Transaction,
  WalletFloor,
  WalletFreeze,
  Withdrawal,
  WithdrawalStatus,
} from './wallet-objects.ts';

export type GiftFields = Omit<Gift, 'id'>;
export type NewGift = Partial<GiftFields> & Pick<GiftFields, 'name' | 'price' | 'category' | 'rarity'>;

type Correction = Command & { readonly amount: string; readonly reason: string };

interface TrialBalance {
  /** Of all accounts. */
  readonly sums: Balances;
  /** Of all entries ever made. */
  readonly entrySums: Balances;
  readonly journals: number;
  readonly entries: number;
}

/** For administrators, and `ban` and `unban` for moderators too. */
export const adminApi = (send: Send) => ({
  ...walletsApi(send),
  ...coinsApi(send),
  ...withdrawalsApi(send),
  /** All sums are zero unless the ledger is broken. */
  trialBalance: () => send<TrialBalance>({ method: 'GET', path: '/admin/ledger/trial-balance' }),
  ban: (userId: number, reason: string) =>
    send<User>({ method: 'POST', path: `/admin/users/${userId}/ban`, body: { reason } }),
  unban: (userId: number, reason: string) =>
    send<User>({ method: 'POST', path: `/admin/users/${userId}/unban`, body: { reason } }),
  setRoles: (userId: number, roles: readonly string[], reason: string) =>
    send<User>({ method: 'PUT', path: `/admin/users/${userId}/roles`, body: { roles, reason } }),
  createGift: (body: NewGift) => send<Gift>({ method: 'POST', path: '/admin/gifts', body }),
  updateGift: (giftId: number, body: Partial<GiftFields>) =>
    send<Gift>({ method: 'PATCH', path: `/admin/gifts/${giftId}`, body }),
});

function walletsApi(send: Send) {
  const command = commandSender(send);
  const of = (userId: number): string => `/admin/users/${userId}`;
  return {
    wallet: async (userId: number) =>
      (await send<{ balances: Balances }>({ method: 'GET', path: `${of(userId)}/wallet` })).balances,
    transactions: (userId: number, query: Paging & { readonly asset?: Asset } = {}) =>
      send<Page<Transaction>>({ method: 'GET', path: `${of(userId)}/wallet/transactions`, query: { ...query } }),
    grant: (userId: number, grant: Correction & { readonly asset: Asset }) =>
      command<Grant>(`${of(userId)}/grants`, grant),
    /** Either way: `amount` is signed. */
    adjust: (userId: number, adjustment: Correction & { readonly asset: Asset }) =>
      command<Adjustment>(`${of(userId)}/adjustments`, adjustment),
    /** Takes points; what the balance cannot cover becomes debt. */
    penalize: (userId: number, penalty: Correction) => command<Penalty>(`${of(userId)}/penalties`, penalty),
    /** From now on nothing can be taken out of the wallet. */
    freeze: (userId: number, reason: string) =>
      send<WalletFreeze>({ method: 'POST', path: `${of(userId)}/wallet/freeze`, body: { reason } }),
    unfreeze: (userId: number, reason: string) =>
      send<WalletFreeze>({ method: 'POST', path: `${of(userId)}/wallet/unfreeze`, body: { reason } }),
    setFloor: (userId: number, body: { readonly asset: Asset; readonly floor: string; readonly reason: string }) =>
      send<WalletFloor>({ method: 'PUT', path: `${of(userId)}/wallet/floors`, body }),
    /** Those that are not for sale too. */
    pointItems: async () => (await send<Page<PointItem>>({ method: 'GET', path: '/admin/point-items' })).items,
    setPointItem: (itemId: string, body: Omit<PointItem, 'id'>) =>
      send<PointItem>({ method: 'PUT', path: `/admin/point-items/${encodeURIComponent(itemId)}`, body }),
  };
}

type SellerTerms = Omit<CoinSeller, 'userId' | 'createdAt'> & { readonly reason: string };

const coinsApi = (send: Send) => ({
  /** Everybody's; approve and reject them by `wallet.coinRequests`. */
  coinRequests: (query: Paging & { readonly status?: CoinRequestStatus } = {}) =>
    send<Page<CoinRequest>>({ method: 'GET', path: '/admin/coin-requests', query: { ...query } }),
  coinSellers: (query: Paging = {}) =>
    send<Page<CoinSeller>>({ method: 'GET', path: '/admin/coin-sellers', query: { ...query } }),
  setCoinSeller: (userId: number, body: SellerTerms) =>
    send<CoinSeller>({ method: 'PUT', path: `/admin/coin-sellers/${userId}`, body }),
});

const withdrawalsApi = (send: Send) => ({
  withdrawals: (query: Paging & { readonly status?: WithdrawalStatus; readonly userId?: number } = {}) =>
    send<Page<Withdrawal>>({ method: 'GET', path: '/admin/withdrawals', query: { ...query } }),
  /** The money has been sent: all of it, or `amount`. */
  payWithdrawal: (withdrawalId: string, body: { readonly reference: string; readonly amount?: string }) =>
    send<Withdrawal>({ method: 'POST', path: `/admin/withdrawals/${encodeURIComponent(withdrawalId)}/pay`, body }),
  rejectWithdrawal: (withdrawalId: string, reason: string) =>
    send<Withdrawal>({
      method: 'POST',
      path: `/admin/withdrawals/${encodeURIComponent(withdrawalId)}/reject`,
      body: { reason },
    }),
});
