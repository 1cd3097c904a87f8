import { internal, type Table } from './table.ts';

/** Payments are shown as what they do to a wallet. */
export const billing = {
  paymentSucceeded: internal,
  paymentRefunded: internal,
} satisfies Partial<Table>;
