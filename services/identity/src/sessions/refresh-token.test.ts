import { expect, test } from 'vitest';
import { hashOfToken, newRefreshToken, newSalt, successorOf } from './refresh-token.ts';

test('tokens carry 256 bits and differ', () => {
  const [one, other] = [newRefreshToken(), newRefreshToken()];
  expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  expect(one).not.toBe(other);
  expect(hashOfToken(one)).toHaveLength(32);
});

test('a successor is the same for the same token and salt, and another for any other', () => {
  const [token, salt] = [newRefreshToken(), newSalt()];
  expect(successorOf(token, salt)).toBe(successorOf(token, salt));
  expect(Buffer.from(successorOf(token, salt), 'base64url')).toHaveLength(32);
  expect(successorOf(token, newSalt())).not.toBe(successorOf(token, salt));
  expect(successorOf(newRefreshToken(), salt)).not.toBe(successorOf(token, salt));
});
