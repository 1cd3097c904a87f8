import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { AppError, type ErrorKind, invalid, KINDS } from '../errors.ts';
import { fromStatus, toStatus } from './status.ts';

const across = (error: AppError): AppError => fromStatus(toStatus(error, 'economy') as ServiceError);

test('every kind crosses the wire with its reason, text and details', () => {
  for (const kind of Object.keys(KINDS) as ErrorKind[]) {
    const there = new AppError(kind, 'SOME_REASON', 'Some text.', { required: '2.00' });
    const here = across(there);
    expect({ ...here, message: here.message }).toEqual({ ...there, message: there.message });
  }
});

test('field errors cross the wire', () => {
  expect(across(invalid('quantity', 'must be 1 to 9999')).fields).toEqual({ quantity: ['must be 1 to 9999'] });
});

test('a transport failure becomes a retryable refusal, anything else unknown becomes internal', () => {
  const failure = (code: status): ServiceError =>
    Object.assign(new Error('x'), { code, details: '', metadata: new Metadata() });
  expect(fromStatus(failure(status.UNAVAILABLE))).toMatchObject({ kind: 'unavailable', retryable: true });
  expect(fromStatus(failure(status.DEADLINE_EXCEEDED)).kind).toBe('deadline');
  expect(fromStatus(failure(status.UNIMPLEMENTED)).kind).toBe('internal');
});
