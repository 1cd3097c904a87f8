import { type AppError, type ErrorDetails, type ErrorKind, errorCatalogue } from '@fanfare/kit';

export const errors = errorCatalogue({
  INSUFFICIENT_FUNDS: ['failed_precondition', 'Insufficient funds. Required: {required}, Available: {available}'],
  ACCOUNT_FROZEN: ['failed_precondition', 'This wallet is frozen.'],
  HOLD_NOT_FOUND: ['not_found', 'There is no such hold.'],
  HOLD_RESOLVED: ['failed_precondition', 'This was {status} before.'],
  HOLD_EXPIRED: ['failed_precondition', 'This expired at {expiresAt}.'],
  HOLD_NOT_EXPIRED: ['failed_precondition', 'This expires at {expiresAt}.'],
  LIMIT_EXCEEDED: ['failed_precondition', 'The limit is {limit}, of which {available} are left.'],
  TRANSFER_TO_SELF: ['invalid', 'You cannot transfer to yourself.'],
  COIN_REQUEST_NOT_FOUND: ['not_found', 'There is no such coin request.'],
  COIN_REQUEST_RESOLVED: ['failed_precondition', 'This coin request was {status} before.'],
  COIN_SELLER_NOT_FOUND: ['not_found', 'This user does not sell coins.'],
  TOO_MANY_COIN_REQUESTS: ['failed_precondition', 'You have {limit} open coin requests; wait for one to be decided.'],
  WITHDRAWAL_NOT_FOUND: ['not_found', 'There is no such withdrawal.'],
  WITHDRAWAL_RESOLVED: ['failed_precondition', 'This withdrawal was {status} before.'],
  AMOUNT_TOO_SMALL: ['failed_precondition', 'This amount is too small.'],
  FLOOR_ABOVE_BALANCE: ['failed_precondition', 'Only {available} are available.'],
  POINT_ITEM_NOT_FOUND: ['not_found', 'There is no such item.'],
  TOO_MANY_POINT_ITEMS: ['failed_precondition', 'There are {limit} items already.'],
  USER_NOT_FOUND: ['not_found', 'There is no such user.'],
  ID_REUSED: ['already_exists', 'This id was used before with another {field}.'],
});

/** A refusal as data: what is stored under a refused id, and what PostBatch answers. */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Field errors become details: `{postings: 'must sum to zero'}`. */
export function refusalOf(error: AppError): Refusal {
  const fields = Object.entries(error.fields ?? {}).map(([field, texts]) => [field, texts.join(', ')] as const);
  return {
    kind: error.kind,
    reason: error.reason,
    message: error.message,
    details: { ...error.details, ...Object.fromEntries(fields) },
  };
}
