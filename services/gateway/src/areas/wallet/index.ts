/** Wallets: what one has, how that came about, and what is done with it. */
import { defineArea } from '../../area.ts';
import { internal } from '../../translate/table.ts';
import { balanceUpdated, showJournal } from './balance-updated.ts';
import { clients } from './clients.ts';
import { convertDiamonds } from './convert-diamonds.ts';
import { getTrialBalance } from './get-trial-balance.ts';
import { getUserWallet, getWallet } from './get-wallet.ts';
import { adjustBalance, grantAsset, grantAssetToWallet } from './grant-asset.ts';
import { listTransactions, listUserTransactions } from './list-transactions.ts';
import { notification } from './notification.ts';
import { mergedViews } from './point-notifications.ts';
import { freezeWallet, setFloor, unfreezeWallet } from './restrain-wallet.ts';
import { transferCoins } from './transfer-coins.ts';

export const wallet = defineArea({
  name: 'wallet',
  clients,
  routes: [
    ...[getWallet, listTransactions, transferCoins, convertDiamonds],
    ...[getUserWallet, listUserTransactions, grantAsset, grantAssetToWallet, adjustBalance],
    ...[freezeWallet, unfreezeWallet, setFloor, getTrialBalance],
  ],
  emits: [balanceUpdated, notification],
  shows: {
    journalPosted: showJournal,
    pointsMerged: mergedViews,
    // Payments are shown as what they do to a wallet, and what people do with videos as the points that they earn by it.
    paymentSucceeded: internal,
    paymentRefunded: internal,
    engagementRecorded: internal,
  },
  statuses: { INSUFFICIENT_FUNDS: 402 },
});
