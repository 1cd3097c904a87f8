/** Whatever went wrong with a request, as one refusal. */
import { AppError, commonErrors, type FieldErrors } from '@fanfare/kit';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { errors } from '../errors.ts';

/** Fastify's own refusals that a client can do something about. */
const FRAMEWORK: Readonly<Record<string, (limits: BodyLimit) => AppError>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => errors.UNSUPPORTED_MEDIA_TYPE(),
  FST_ERR_CTP_BODY_TOO_LARGE: ({ bodyLimit }) => errors.PAYLOAD_TOO_LARGE({ maximum: String(bodyLimit) }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => errors.MALFORMED_BODY(),
};

export interface BodyLimit {
  readonly bodyLimit: number;
}

/** The refusal to show, and whether it hides a bug that belongs in the log. */
export function refusalOf(error: unknown, limits: BodyLimit): { refusal: AppError; unexpected: boolean } {
  if (error instanceof AppError) return { refusal: error, unexpected: error.kind === 'internal' };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = fieldsOf(error.validation, error.validationContext ?? 'body');
    return { refusal: commonErrors.INVALID_ARGUMENT({}, fields), unexpected: false };
  }
  if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) {
    const known = 'code' in error ? FRAMEWORK[String(error.code)] : undefined;
    return { refusal: known?.(limits) ?? commonErrors.INVALID_ARGUMENT(), unexpected: false };
  }
  return { refusal: commonErrors.INTERNAL(), unexpected: true };
}

interface Violation {
  readonly instancePath: string;
  readonly message?: string;
}

/** `/recipientIds/0` -> `recipientIds.0`; a violation of the whole is named after where it was looked for. */
function fieldsOf(violations: readonly Violation[], where: string): FieldErrors {
  const fields: Record<string, string[]> = {};
  for (const { instancePath, message = 'is not valid' } of violations) {
    const field = instancePath.slice(1).replaceAll('/', '.') || where;
    const earlier = fields[field] ?? [];
    // Two rules may say the same of one value.
    if (!earlier.includes(message)) fields[field] = [...earlier, message];
  }
  return fields;
}

/** Codes of HTTP that say more than the kind's own. */
const STATUSES: Readonly<Record<string, number>> = {
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** @param statuses by reason: those of the areas */
export const statusOf = ({ reason, httpStatus }: AppError, statuses: Readonly<Record<string, number>>): number =>
  STATUSES[reason] ?? statuses[reason] ?? httpStatus;

/** Seconds for the Retry-After header, or null where trying again is pointless. */
export function retryAfterOf(refusal: AppError): number | null {
  if (!refusal.retryable) return null;
  const { details } = refusal;
  const milliseconds = Number(details['retryAfterMs'] ?? 1000);
  return Math.max(1, Math.ceil(Number(details['retryAfterSeconds'] ?? milliseconds / 1000)));
}
