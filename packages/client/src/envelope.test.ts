import { expect, test } from 'vitest';
import { decodeAnswer } from './envelope.ts';
import { FanfareError } from './fanfare-error.ts';

const refusal = {
  success: false,
  message: 'Insufficient funds. Required: 200.00, Available: 150.00',
  errors: null,
  code: 'INSUFFICIENT_FUNDS',
  kind: 'failed_precondition',
  retryable: false,
  details: { required: '200.00', available: '150.00' },
  requestId: 'r-1',
  timestamp: '2026-11-21T10:00:00.000Z',
};

function caught(status: number, text: string): FanfareError {
  try {
    decodeAnswer(status, text);
  } catch (error) {
    if (error instanceof FanfareError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('an answer is its data, null included', () => {
  expect(decodeAnswer(200, '{"success":true,"data":{"id":1}}')).toEqual({ id: 1 });
  expect(decodeAnswer(200, '{"success":true,"data":null}')).toBeNull();
});

test('a refusal keeps everything it says', () => {
  const error = caught(402, JSON.stringify(refusal));
  expect(error).toMatchObject({
    code: 'INSUFFICIENT_FUNDS',
    kind: 'failed_precondition',
    message: refusal.message,
    details: refusal.details,
    fields: null,
    retryable: false,
    requestId: 'r-1',
  });
});

test('a page of some proxy is no answer of the platform, and worth a repeat only when the proxy failed', () => {
  expect(caught(502, '<html>Bad gateway</html>')).toMatchObject({ code: 'BAD_ANSWER', retryable: true });
  expect(caught(404, '<html>Not found</html>')).toMatchObject({ code: 'BAD_ANSWER', retryable: false });
  expect(caught(200, '')).toMatchObject({ code: 'BAD_ANSWER' });
});
