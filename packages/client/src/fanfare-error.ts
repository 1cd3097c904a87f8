import type { ErrorBody, ErrorKind, SocketError } from './generated/objects.ts';

export type ErrorDetails = SocketError['details'];

export interface ErrorFacts {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details?: ErrorDetails;
  readonly fields?: SocketError['errors'];
  readonly retryable: boolean;
  readonly requestId?: string | null;
}

/** Everything the SDK throws: a refusal of the platform, or what kept it from answering (`code: 'NETWORK'`). */
export class FanfareError extends Error {
  override readonly name = 'FanfareError';
  /** What programs compare: `INSUFFICIENT_FUNDS`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** Facts by name: `{required: '200.00', available: '150.00'}`, `{roomId: 42, maxCapacity: 100}`. */
  readonly details: ErrorDetails;
  /** What is wrong with which field of the request. */
  readonly fields: SocketError['errors'];
  /** Whether the same request may succeed when it is sent again unchanged. */
  readonly retryable: boolean;
  /** For support: finds the request in logs and traces. */
  readonly requestId: string | null;

  constructor(facts: ErrorFacts) {
    super(facts.message);
    this.code = facts.code;
    this.kind = facts.kind;
    this.details = facts.details ?? {};
    this.fields = facts.fields ?? null;
    this.retryable = facts.retryable;
    this.requestId = facts.requestId ?? null;
  }

  static fromBody(body: ErrorBody): FanfareError {
    return new FanfareError({ ...body, fields: body.errors });
  }

  static fromAck(error: SocketError): FanfareError {
    return new FanfareError({ ...error, code: error.reason, fields: error.errors });
  }

  /** Nobody answered: the request may or may not have been carried out. */
  static network(message: string): FanfareError {
    return new FanfareError({ code: 'NETWORK', kind: 'unavailable', message, retryable: true });
  }

  /** How long the platform asks to wait, or null. */
  get retryAfterMs(): number | null {
    const wait = this.details['retryAfterMs'];
    return wait === undefined ? null : Number(wait);
  }
}
