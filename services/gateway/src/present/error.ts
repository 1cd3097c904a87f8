import type { ErrorBody, ErrorFact, SocketError } from '@fanfare/client/objects';
import type { AppError, ErrorDetails } from '@fanfare/kit';

/** Ids that come from sequences; those of conversations, messages, videos and journals are opaque text. */
const SEQUENCE_ID = /(?:user|member|sender|recipient|owner|room|gift|agency|level)Id$/i;

/** Counts and durations. Amounts of money are text, however whole they look. */
const COUNTS: ReadonlySet<string> = new Set([
  ...['limit', 'minimum', 'maximum', 'maxCapacity', 'maxParticipants', 'participantCount', 'count'],
  ...['quantity', 'level', 'requiredLevel', 'attempts', 'remaining', 'supported'],
  ...['retryAfterMs', 'retryAfterSeconds'],
]);

/** Services tell facts as text; clients read ids, counts and durations as numbers. */
export function presentDetails(details: ErrorDetails): Record<string, ErrorFact> {
  const isNumber = (name: string, text: string): boolean =>
    (SEQUENCE_ID.test(name) || COUNTS.has(name)) && /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text));
  return Object.fromEntries(
    Object.entries(details).map(([name, text]) => [name, isNumber(name, text) ? Number(text) : text]),
  );
}

/** `error` of a socket ack; `errors` names the fields that break a rule, or is null. */
export const presentError = (error: AppError, requestId: string): SocketError => ({
  kind: error.kind,
  reason: error.reason,
  message: error.message,
  retryable: error.retryable,
  details: presentDetails(error.details),
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
  details: presentDetails(error.details),
  requestId,
  timestamp: now.toISOString(),
});
