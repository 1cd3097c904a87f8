/** Payments and refunds as billing tells of them, and what the ledger is asked for them. Pure. */
import type { PaymentRefunded, PaymentSucceeded } from '@fanfare/contracts/billing/event/v1/billing_events';
import type { Money } from '@fanfare/contracts/common/v1/money';
import { formatMinor, journalIdOf, MAX_MINOR, type Minor } from '@fanfare/kit';
import { type Envelope, MalformedEvent } from '@fanfare/messaging';
import { issuance, MAX_OWNER_ID, userAccount } from '../ledger/accounts.ts';
import type { LedgerCommand } from '../ledger/command.ts';
import { formatFiat, isFiatCurrency } from './fiat.ts';

/** What a provider confirmed: money that came in, or that went back. */
export interface Payment {
  readonly paymentId: string;
  readonly userId: bigint;
  /** COIN. */
  readonly coins: Minor;
  /** Minor units of an ISO 4217 currency. */
  readonly fiat: Money;
  readonly provider: string;
  /** The provider's own name of the payment, or of the refund. */
  readonly providerRef: string;
}

/** Printable, and short enough for the key of a limit counter. */
const ID = /^[\x21-\x7e]{1,100}$/;
const MAX_HEADER_LENGTH = 1000;
/** `payment_refunds` and journals live for ever; a counter has to end some day. */
const COUNTED_YEARS = 10;
const YEAR_MS = 366 * 86_400_000;

/** @throws MalformedEvent naming the first field that is wrong: no repeat will make it right */
export function parsePayment(message: PaymentSucceeded | PaymentRefunded): Payment {
  const { paymentId, userId, coins, fiat, provider, providerRef } = message;
  if (!ID.test(paymentId)) throw wrong('payment_id', 'must be 1 to 100 printable ASCII characters');
  if (userId < 1n || userId > MAX_OWNER_ID) throw wrong('user_id', 'must be a user id');
  if (coins === undefined) throw wrong('coins', 'is missing');
  if (coins.currency !== 'COIN') throw wrong('coins', `must be COIN, not ${JSON.stringify(coins.currency)}`);
  if (coins.minor < 1n || coins.minor > MAX_MINOR) throw wrong('coins', 'must be 1 to 2^53 - 1 hundredths');
  if (fiat === undefined) throw wrong('fiat', 'is missing');
  if (!isFiatCurrency(fiat.currency)) throw wrong('fiat', 'must be in a currency of ISO 4217');
  if (fiat.minor < 0n || fiat.minor > MAX_MINOR) throw wrong('fiat', 'must be 0 to 2^53 - 1 minor units');
  if (!ID.test(provider)) throw wrong('provider', 'must be 1 to 100 printable ASCII characters');
  if (!ID.test(providerRef)) throw wrong('provider_ref', 'must be 1 to 100 printable ASCII characters');
  return { paymentId, userId, coins: coins.minor, fiat, provider, providerRef };
}

const wrong = (field: string, problem: string): MalformedEvent => new MalformedEvent(`payment: ${field} ${problem}`);

/** Credits what was bought: once per payment, whatever brings the event how often. */
export function purchaseCommand(payment: Payment, envelope: Envelope): LedgerCommand {
  const { paymentId, userId, coins } = payment;
  return {
    ...common(payment, envelope),
    journalId: journalIdOf('system', 'purchase', paymentId),
    operation: 'purchase',
    legs: [
      { accountId: issuance('COIN'), minor: -coins, action: 'purchase' },
      { accountId: userAccount(userId, 'COIN'), minor: coins, action: 'purchase' },
    ],
    reason: 'Purchased coins',
    limit: null,
  };
}

/**
 * Takes back what was refunded: once per payment and refund, and together never more than was paid, which the ledger
 * counts in the same commit. What the balance cannot cover becomes debt.
 * @param paid COIN of the payment
 */
export function refundCommand(refund: Payment, paid: Minor, envelope: Envelope): LedgerCommand {
  const { paymentId, userId, coins, providerRef } = refund;
  return {
    ...common(refund, envelope),
    journalId: journalIdOf('system', 'refund', `${paymentId}:${providerRef}`),
    operation: 'refund',
    legs: [
      { accountId: userAccount(userId, 'COIN'), minor: -coins, action: 'refund', shortfallToDebt: true },
      { accountId: issuance('COIN'), minor: coins, action: 'refund' },
    ],
    reason: 'Refunded purchase',
    limit: {
      key: `refund:${paymentId}`,
      maxMinor: paid,
      minor: coins,
      expiresAt: new Date(envelope.time.getTime() + COUNTED_YEARS * YEAR_MS),
    },
  };
}

function common(payment: Payment, { traceparent, correlationId, tenantId }: Envelope) {
  const { paymentId, userId, coins, fiat, provider, providerRef } = payment;
  return {
    intent: [
      { name: 'userId', value: `${userId}` },
      { name: 'coins', value: formatMinor(coins) },
      { name: 'fiat', value: `${fiat.minor} ${fiat.currency}` },
      { name: 'provider', value: provider },
      { name: 'providerRef', value: providerRef },
    ],
    context: JSON.stringify({
      paymentId,
      provider,
      providerRef,
      fiat: { currency: fiat.currency, amount: formatFiat(fiat.currency, fiat.minor) },
    }),
    userId,
    refusal: null,
    hold: null,
    traceparent: traceparent ?? '',
    correlationId: correlationId.slice(0, MAX_HEADER_LENGTH).toWellFormed(),
    tenantId: tenantId ?? null,
    audit: null,
  };
}
