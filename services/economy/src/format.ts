/** From the ledger's values to messages of the wire. */
import type { Money } from '@fanfare/contracts/common/v1/money';
import type { Refusal, Verdict as WireVerdict } from '@fanfare/contracts/economy/v1/economy_service';
import { CURRENCIES, type Currency } from '@fanfare/kit';
import type { Refusal as LedgerRefusal } from './errors.ts';
import type { Balances, Verdict } from './ledger/command.ts';

export const formatMoney = (currency: Currency, minor: bigint): Money => ({ currency, minor });

/** COIN, DIAMOND, POINT. */
export const formatBalances = (balances: Balances): Money[] =>
  CURRENCIES.map((currency, index) => formatMoney(currency, balances[index] ?? 0n));

const formatRefusal = ({ kind, reason, message, details }: LedgerRefusal): Refusal => ({
  kind,
  reason,
  message,
  metadata: { ...details },
});

export function formatVerdict(journalId: string, verdict: Verdict): WireVerdict {
  switch (verdict.type) {
    case 'accepted': {
      const { postedAt, balances, context, repeated } = verdict.receipt;
      return { journalId, receipt: { postedAt, balances: formatBalances(balances), context, repeated } };
    }
    case 'refused':
      return { journalId, refusal: formatRefusal(verdict.refusal) };
    case 'dropped':
      return { journalId, dropped: {} };
  }
}
