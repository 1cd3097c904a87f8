/** A refusal as REST and sockets tell it: what it looks like, and how it is made of an AppError. */
import { type AppError, type ErrorDetails, type ErrorKind, KINDS } from '@fanfare/kit';
import { z } from 'zod';
import type { Immutable } from './immutable.ts';
import { time } from './scalars.ts';

const kinds = Object.keys(KINDS) as [ErrorKind, ...ErrorKind[]];
const worthRepeating = kinds.filter((kind) => KINDS[kind].retryable).join(', ');

/** Facts of a refusal by name. */
const facts = z.record(z.string(), z.union([z.string(), z.number()]));

const errorKind = z.enum(kinds).meta({ id: 'ErrorKind', description: 'Decide by it where the reason is not known.' });

/** `error` of a socket ack. */
export const socketError = z.object({
  kind: errorKind,
  reason: z.string().describe('What programs decide by: `INSUFFICIENT_FUNDS`.'),
  message: z.string().describe('For people.'),
  retryable: z.boolean().describe(`Whether the same, sent again unchanged, may succeed (${worthRepeating}).`),
  details: facts.describe('Facts by name: ids, counts and durations (ms) are numbers, money is text.'),
  requestId: z.string().describe('For the support.'),
  errors: z
    .record(z.string(), z.array(z.string()))
    .nullable()
    .describe('What is wrong with which field of the payload, or null.'),
});

const { reason, ...errorFields } = socketError.shape;

/** The body of a refused HTTP request. */
export const errorBody = z
  .object({ success: z.literal(false), code: reason, ...errorFields, timestamp: time })
  .meta({ id: 'ErrorBody' });

export type SocketError = Immutable<z.output<typeof socketError>>;
type ErrorBody = Immutable<z.output<typeof errorBody>>;

/** Ids that come from sequences; those of conversations, messages, videos and journals are opaque text. */
const SEQUENCE_ID = /(?:user|member|sender|recipient|owner|room|gift|agency|level)Id$/i;

/** Counts and durations. Amounts of money are text, however whole they look. */
const COUNTS: ReadonlySet<string> = new Set([
  ...['limit', 'minimum', 'maximum', 'maxCapacity', 'maxParticipants', 'participantCount', 'count'],
  ...['quantity', 'level', 'requiredLevel', 'attempts', 'remaining', 'supported'],
  ...['retryAfterMs', 'retryAfterSeconds'],
]);

/** Services tell facts as text; clients read ids, counts and durations as numbers. */
export function presentDetails(details: ErrorDetails): SocketError['details'] {
  const isNumber = (name: string, text: string): boolean =>
    (SEQUENCE_ID.test(name) || COUNTS.has(name)) && /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text));
  return Object.fromEntries(
    Object.entries(details).map(([name, text]) => [name, isNumber(name, text) ? Number(text) : text]),
  );
}

export const presentError = (error: AppError, requestId: string): SocketError => ({
  kind: error.kind,
  reason: error.reason,
  message: error.message,
  retryable: error.retryable,
  details: presentDetails(error.details),
  requestId,
  errors: error.fields,
});

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
