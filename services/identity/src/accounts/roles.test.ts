import { expect, test } from 'vitest';
import { losesARole, mayBan, wholeRoles } from './roles.ts';

test('everybody is a user, and a role counts once', () => {
  expect(wholeRoles([])).toEqual(['user']);
  expect(wholeRoles(['admin', 'moderator', 'admin'])).toEqual(['user', 'moderator', 'admin']);
});

test('a moderator may ban users and moderators but no administrator', () => {
  expect(mayBan(['user', 'moderator'], ['user'])).toBe(true);
  expect(mayBan(['user', 'moderator'], ['user', 'moderator'])).toBe(true);
  expect(mayBan(['user', 'moderator'], ['user', 'admin'])).toBe(false);
  expect(mayBan(['user', 'admin'], ['user', 'admin'])).toBe(true);
  expect(mayBan(['user'], ['user'])).toBe(false);
});

test('a change loses a role when one of before is missing after', () => {
  expect(losesARole(['user'], ['user', 'admin'])).toBe(false);
  expect(losesARole(['user', 'admin'], ['user', 'moderator'])).toBe(true);
});
