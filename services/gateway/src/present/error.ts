import type { ErrorBody, SocketError } from '@fanfare/client/objects';
import type { AppError } from '@fanfare/kit';

/** `error` of a socket ack; `errors` names the fields that break a rule, or is null. */
export const presentError = (error: AppError, requestId: string): SocketError => ({
  kind: error.kind,
  reason: error.reason,
  message: error.message,
  retryable: error.retryable,
  details: error.details,
  requestId,
  errors: error.fields,
});

/** The body of a refused HTTP request. */
export const presentErrorBody = (error: AppError, requestId: string, now: Date): ErrorBody => ({
  success: false,
  message: error.message,
  errors: error.fields,
  code: error.reason,
  kind: error.kind,
  retryable: error.retryable,
  details: error.details,
  requestId,
  timestamp: now.toISOString(),
});
