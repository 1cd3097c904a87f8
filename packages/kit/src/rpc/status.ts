/**
 * Errors across gRPC. An AppError travels as its code and message, with google.rpc.ErrorInfo (reason, details) and, for
 * field errors, google.rpc.BadRequest in `grpc-status-details-bin`; the client wrapper makes the same AppError of it.
 */
import { BadRequest, ErrorInfo } from '@fanfare/contracts/google/rpc/error_details';
import { Status } from '@fanfare/contracts/google/rpc/status';
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { AppError, commonErrors, type ErrorKind, type FieldErrors, KINDS } from '../errors.ts';

const DETAILS_KEY = 'grpc-status-details-bin';
const INFO_TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';
const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest';

export function toStatus(error: AppError, service: string): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const info = ErrorInfo.fromPartial({ reason: error.reason, domain: `${service}.fanfare`, metadata: error.details });
  const details = [{ typeUrl: INFO_TYPE, value: Buffer.from(ErrorInfo.encode(info).finish()) }];
  if (error.fields !== null) {
    const fieldViolations = Object.entries(error.fields).flatMap(([field, texts]) =>
      texts.map((description) => ({ field, description })),
    );
    const body = BadRequest.encode(BadRequest.fromPartial({ fieldViolations })).finish();
    details.push({ typeUrl: BAD_REQUEST_TYPE, value: Buffer.from(body) });
  }
  const code = KINDS[error.kind].grpc;
  const rich = Status.fromPartial({ code, message: error.message, details });
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(Status.encode(rich).finish()));
  return { code, details: error.message, metadata };
}

export function fromStatus(error: ServiceError): AppError {
  const [bytes] = error.metadata?.get(DETAILS_KEY) ?? [];
  const rich = bytes instanceof Buffer ? Status.decode(bytes) : null;
  const info = rich?.details.find((detail) => detail.typeUrl === INFO_TYPE);
  if (rich === null || info === undefined) return withoutDetails(error);
  const { reason, metadata } = ErrorInfo.decode(info.value);
  return new AppError(kindOf(error.code), reason, rich.message, metadata, fieldsOf(rich));
}

function fieldsOf(rich: Status): FieldErrors | undefined {
  const bad = rich.details.find((detail) => detail.typeUrl === BAD_REQUEST_TYPE);
  if (bad === undefined) return undefined;
  const fields: Record<string, string[]> = {};
  for (const { field, description } of BadRequest.decode(bad.value).fieldViolations) {
    fields[field] = [...(fields[field] ?? []), description];
  }
  return fields;
}

function kindOf(code: status): ErrorKind {
  const found = Object.entries(KINDS).find(([, kind]) => kind.grpc === code);
  return found === undefined ? 'internal' : (found[0] as ErrorKind);
}

/** The transport's own failures have no details. */
function withoutDetails(error: ServiceError): AppError {
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) return commonErrors.UNAVAILABLE();
  if (error.code === status.DEADLINE_EXCEEDED) return commonErrors.DEADLINE_EXCEEDED();
  if (error.code === status.RESOURCE_EXHAUSTED) return commonErrors.OVERLOADED();
  return commonErrors.INTERNAL();
}
