import { expect, test } from 'vitest';
import { formatMinor, MAX_MINOR, parseMinor } from './money.ts';

test('amounts survive the way out and back', () => {
  for (const minor of [0n, 1n, -1n, 10n, 99n, 100n, 1250n, -123_456_789n, MAX_MINOR, -MAX_MINOR]) {
    expect(parseMinor(formatMinor(minor))).toBe(minor);
  }
  expect(formatMinor(1250n)).toBe('12.50');
  expect(formatMinor(-5n)).toBe('-0.05');
});

test('what is not a plain decimal with two places is refused', () => {
  for (const text of ['', ' 1', '1.', '.5', '1.234', '1e3', '0x10', '1,000', 'NaN', '٣', '99999999999999999']) {
    expect(parseMinor(text), text).toBeNull();
  }
});
