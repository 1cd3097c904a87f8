import { FanfareError } from './fanfare-error.ts';
import type { ErrorBody } from './generated/objects.ts';

/**
 * The `data` of an answer.
 * @throws FanfareError the refusal it carries, or a retryable BAD_ANSWER when something between answered instead
 */
export function decodeAnswer(status: number, text: string): unknown {
  const body = parse(text);
  if (body === null) throw badAnswer(status);
  if (body['success'] === true && status < 400) return body['data'];
  if (body['success'] === false && typeof body['code'] === 'string') {
    throw FanfareError.fromBody(body as unknown as ErrorBody);
  }
  throw badAnswer(status);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const badAnswer = (status: number): FanfareError =>
  new FanfareError({
    code: 'BAD_ANSWER',
    kind: 'unavailable',
    message: `The answer (HTTP ${status}) was not the platform's.`,
    retryable: status >= 500 || status === 429,
  });
