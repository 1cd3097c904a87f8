import { AppError } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { publicFace } from '../areas.ts';
import { statusOf } from './refusal.ts';

const statusOfReason = (reason: string): number =>
  statusOf(new AppError('failed_precondition', reason, 'no'), publicFace.statuses);

test('a wallet that cannot pay has a status of its own, and so has what no kind says', () => {
  expect(statusOfReason('INSUFFICIENT_FUNDS')).toBe(402);
  expect(statusOfReason('ROOM_CLOSED')).toBe(400);
  expect(statusOfReason('METHOD_NOT_ALLOWED')).toBe(405);
});
