import { expect, test } from 'vitest';
import { AppError, errorCatalogue, invalid, toAppError } from './errors.ts';

const errors = errorCatalogue({
  INSUFFICIENT_FUNDS: ['failed_precondition', 'Insufficient funds. Required: {required}, Available: {available}'],
  ROOM_CLOSED: ['failed_precondition', 'The room is closed.'],
});

test('a reason carries its kind, its text with the details filled in, and the details', () => {
  const error = errors.INSUFFICIENT_FUNDS({ required: '200.00', available: '150.00' });
  expect(error).toBeInstanceOf(AppError);
  expect(error.kind).toBe('failed_precondition');
  expect(error.reason).toBe('INSUFFICIENT_FUNDS');
  expect(error.message).toBe('Insufficient funds. Required: 200.00, Available: 150.00');
  expect(error.details).toEqual({ required: '200.00', available: '150.00' });
});

test('the status is that of the kind, whatever the reason', () => {
  expect(errors.INSUFFICIENT_FUNDS().httpStatus).toBe(400);
  expect(errors.ROOM_CLOSED().httpStatus).toBe(400);
});

test('a field error names the field', () => {
  expect(invalid('quantity', 'must be 1 to 9999').fields).toEqual({ quantity: ['must be 1 to 9999'] });
});

test('what is not an AppError shows a fixed text only', () => {
  const error = toAppError(new Error('password=hunter2'));
  expect(error.kind).toBe('internal');
  expect(error.message).not.toContain('hunter2');
});
