/** What providers have confirmed, for looking up what a refund is of. The ledger is what counts. */
import type { Sql } from '@fanfare/database';
import type { Minor } from '@fanfare/kit';
import type { Payment } from './payment.ts';

export interface PaidRow {
  readonly userId: bigint;
  readonly provider: string;
  readonly coins: Minor;
}

export async function insertPayment(tx: Sql, payment: Payment): Promise<void> {
  const { paymentId, userId, coins, fiat, provider, providerRef } = payment;
  await tx.query(
    `insert into payments (payment_id, user_id, coins_minor, fiat_currency, fiat_minor, provider, provider_ref)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [paymentId, userId, coins, fiat.currency, fiat.minor, provider, providerRef],
  );
}

export async function findPayment(sql: Sql, paymentId: string): Promise<PaidRow | null> {
  const { rows } = await sql.query<{ user_id: string; provider: string; coins_minor: string }>(
    'select user_id, provider, coins_minor from payments where payment_id = $1',
    [paymentId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { userId: BigInt(row.user_id), provider: row.provider, coins: BigInt(row.coins_minor) };
}

/** Adds a refund to its payment, once however often it comes. */
export async function insertRefund(tx: Sql, { paymentId, providerRef, coins }: Payment): Promise<void> {
  await tx.query(
    `with added as (
       insert into payment_refunds (payment_id, provider_ref, coins_minor) values ($1, $2, $3)
       on conflict do nothing returning coins_minor
     )
     update payments set refunded_minor = refunded_minor + added.coins_minor from added where payment_id = $1`,
    [paymentId, providerRef, coins],
  );
}
