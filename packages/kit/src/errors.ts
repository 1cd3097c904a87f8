/**
 * One taxonomy of refusals from the rule that refuses to the client that reads it. `kind` is closed and decides codes;
 * `reason` belongs to the service that refuses and is what programs compare; `message` is the only public text.
 */
import { status } from '@grpc/grpc-js';
import { isUnavailable } from './unavailable.ts';

interface Kind {
  readonly grpc: status;
  readonly http: number;
  /** Whether the same request, sent again unchanged, may succeed. */
  readonly retryable: boolean;
}

export const KINDS = {
  invalid: { grpc: status.INVALID_ARGUMENT, http: 400, retryable: false },
  unauthenticated: { grpc: status.UNAUTHENTICATED, http: 401, retryable: false },
  forbidden: { grpc: status.PERMISSION_DENIED, http: 403, retryable: false },
  not_found: { grpc: status.NOT_FOUND, http: 404, retryable: false },
  already_exists: { grpc: status.ALREADY_EXISTS, http: 409, retryable: false },
  failed_precondition: { grpc: status.FAILED_PRECONDITION, http: 400, retryable: false },
  aborted: { grpc: status.ABORTED, http: 409, retryable: true },
  exhausted: { grpc: status.RESOURCE_EXHAUSTED, http: 429, retryable: true },
  unavailable: { grpc: status.UNAVAILABLE, http: 503, retryable: true },
  deadline: { grpc: status.DEADLINE_EXCEEDED, http: 504, retryable: true },
  internal: { grpc: status.INTERNAL, http: 500, retryable: false },
} as const satisfies Record<string, Kind>;

export type ErrorKind = keyof typeof KINDS;

/** Facts of a refusal by name, as text: `{required: '200.00', available: '150.00'}`. */
export type ErrorDetails = Readonly<Record<string, string>>;

/** What is wrong with which field: `{quantity: ['must be 1 to 9999']}`. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** A refusal that may be shown to whoever asked. Anything else that is thrown is a bug and becomes `internal`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly details: ErrorDetails;
  readonly fields: FieldErrors | null;

  constructor(kind: ErrorKind, reason: string, message: string, details: ErrorDetails = {}, fields?: FieldErrors) {
    super(message);
    this.kind = kind;
    this.reason = reason;
    this.details = details;
    this.fields = fields ?? null;
  }

  get retryable(): boolean {
    return KINDS[this.kind].retryable;
  }

  /** That of its kind. */
  get httpStatus(): number {
    return KINDS[this.kind].http;
  }
}

/** Kind and public text of one reason; `{name}` in the text is replaced by the detail of that name. */
export type ErrorEntry = readonly [kind: ErrorKind, message: string];

type ErrorFactory = (details?: ErrorDetails, fields?: FieldErrors) => AppError;

/**
 * A service's `errors.ts`: every reason it can answer with, as functions that make the error.
 * `errors.INSUFFICIENT_FUNDS({ required: '200.00', available: '150.00' })`
 */
export function errorCatalogue<R extends string>(entries: Readonly<Record<R, ErrorEntry>>): Record<R, ErrorFactory> {
  const factory =
    (reason: string, [kind, template]: ErrorEntry): ErrorFactory =>
    (details = {}, fields = undefined) =>
      new AppError(kind, reason, fillTemplate(template, details), details, fields);
  const made = Object.entries<ErrorEntry>(entries).map(([reason, entry]) => [reason, factory(reason, entry)]);
  return Object.fromEntries(made) as Record<R, ErrorFactory>;
}

function fillTemplate(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => details[name] ?? `{${name}}`);
}

/** The reasons that any service can answer with. */
export const commonErrors = errorCatalogue({
  INVALID_ARGUMENT: ['invalid', 'The request is not valid.'],
  UNAUTHENTICATED: ['unauthenticated', 'A valid access token is required.'],
  FORBIDDEN: ['forbidden', 'You may not do this.'],
  UNAVAILABLE: ['unavailable', 'The service is not available right now. Try again.'],
  DEADLINE_EXCEEDED: ['deadline', 'The request took too long. Try again with the same id.'],
  OVERLOADED: ['exhausted', 'Too many requests are waiting. Try again later.'],
  INTERNAL: ['internal', 'Something went wrong on our side.'],
});

/** One field that breaks a rule: `invalid('quantity', 'must be 1 to 9999')`. */
export function invalid(field: string, problem: string): AppError {
  return commonErrors.INVALID_ARGUMENT({}, { [field]: [problem] });
}

/** Whatever was thrown, as something that may be shown. The caller logs what was no AppError. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return isUnavailable(error) ? commonErrors.UNAVAILABLE() : commonErrors.INTERNAL();
}
