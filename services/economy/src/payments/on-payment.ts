/**
 * A provider has confirmed a payment, or gave it back. The ledger is asked first and commits on its own; when this
 * transaction is lost afterwards the event comes again, and the ledger answers as it did the first time.
 *
 * Nothing here may be dropped silently, because it is somebody's money: what cannot be carried out ends as a dead
 * letter that says why.
 */
import { events } from '@fanfare/contracts';
import type { PaymentRefunded, PaymentSucceeded } from '@fanfare/contracts/billing/event/v1/billing_events';
import type { Sql } from '@fanfare/database';
import { AppError, commonErrors } from '@fanfare/kit';
import { type Consumer, defineConsumer, type Incoming, isEvent, MalformedEvent } from '@fanfare/messaging';
import type { Refusal } from '../errors.ts';
import type { LedgerCommand } from '../ledger/command.ts';
import type { Engine } from '../posting/engine.ts';
import { parsePayment, purchaseCommand, refundCommand } from './payment.ts';
import { findPayment, insertPayment, insertRefund } from './payment-store.ts';

/** They are few, and each waits for the ledger. */
const MAX_BATCH = 32;

export const onPayment = (engine: Pick<Engine, 'post'>): Consumer =>
  defineConsumer({
    durable: 'economy-payment',
    events: [events.paymentSucceeded, events.paymentRefunded],
    maxBatch: MAX_BATCH,
    handleBatch: async ({ tx, events: batch }) => {
      // In their order: a refund comes behind its payment.
      for (const event of batch) {
        if (isEvent(events.paymentRefunded, event)) await refund(engine, tx, event);
        else await credit(engine, tx, event);
      }
    },
  });

async function credit(engine: Pick<Engine, 'post'>, tx: Sql, { message, envelope }: Incoming<PaymentSucceeded>) {
  const payment = parsePayment(message);
  const refusal = await post(engine, purchaseCommand(payment, envelope));
  if (refusal !== null) throw new MalformedEvent(`payment ${payment.paymentId} is not credited: ${told(refusal)}`);
  await insertPayment(tx, payment);
}

async function refund(engine: Pick<Engine, 'post'>, tx: Sql, { message, envelope }: Incoming<PaymentRefunded>) {
  const refunded = parsePayment(message);
  const { paymentId, providerRef } = refunded;
  const payment = await findPayment(tx, paymentId);
  // Tried again: the payment itself may be among the dead letters, until somebody has it handled.
  if (payment === null) throw new Error(`refund ${providerRef} is of payment ${paymentId}, which is not known`);
  if (payment.userId !== refunded.userId || payment.provider !== refunded.provider) {
    throw new MalformedEvent(`refund ${providerRef} names another user or provider than payment ${paymentId}`);
  }
  const refusal = await post(engine, refundCommand(refunded, payment.coins, envelope));
  if (refusal !== null) throw new MalformedEvent(`refund ${providerRef} of ${paymentId}: ${told(refusal)}`);
  await insertRefund(tx, refunded);
}

/** @returns the refusal, or null @throws UNAVAILABLE, which is waited out, also when the ledger's queue is full */
async function post(engine: Pick<Engine, 'post'>, command: LedgerCommand): Promise<Refusal | null> {
  try {
    const verdict = await engine.post(command, 0);
    return verdict.type === 'refused' ? verdict.refusal : null;
  } catch (error) {
    throw error instanceof AppError && error.kind === 'exhausted' ? commonErrors.UNAVAILABLE() : error;
  }
}

/** A refund that takes more than was paid is LIMIT_EXCEEDED; an id that was used for other amounts is ID_REUSED. */
const told = ({ reason, details }: Refusal): string =>
  reason === 'LIMIT_EXCEEDED'
    ? `REFUND TOO LARGE: ${details['limit']} was paid and ${details['available']} of it is left`
    : `${reason} ${JSON.stringify(details)}`;
