import type { Access } from '@fanfare/contracts/rpc-rules';
import { expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { requireAccess } from './access.ts';
import { anonymous, Caller, CallerKind, serviceCaller, systemCaller, userCaller } from './caller.ts';

const LEVELS = ['public', 'user', 'moderator', 'admin', 'internal'] as const satisfies readonly Access[];

const token = (roles: string[]): Caller =>
  Caller.create({ kind: CallerKind.CALLER_KIND_API_TOKEN, name: 't1', roles, scopes: ['everything'] });

function refusalOf(caller: Caller, access: Access): string {
  try {
    requireAccess(caller, access);
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.reason : String(error);
  }
}

const known = ['ok', 'ok', 'FORBIDDEN', 'FORBIDDEN'];

it.each([
  ['nobody in particular', anonymous, ['ok', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'FORBIDDEN']],
  ['a user', userCaller(7n), [...known, 'FORBIDDEN']],
  ['a moderator', userCaller(7n, { roles: ['user', 'moderator'] }), ['ok', 'ok', 'ok', 'FORBIDDEN', 'FORBIDDEN']],
  ['an administrator', userCaller(7n, { roles: ['user', 'admin'] }), ['ok', 'ok', 'ok', 'ok', 'FORBIDDEN']],
  ['an API token, whatever its scopes', token([]), [...known, 'FORBIDDEN']],
  ['an API token with a role', token(['admin']), ['ok', 'ok', 'ok', 'ok', 'FORBIDDEN']],
  ['a service', serviceCaller('gifting'), [...known, 'ok']],
  ['the system', systemCaller, ['ok', 'ok', 'ok', 'ok', 'ok']],
])('%s may what the contract says', (_who, caller, answers) => {
  expect(LEVELS.map((access) => refusalOf(caller, access))).toEqual(answers);
});

it('names the role that is missing', () => {
  expect(() => requireAccess(userCaller(7n), 'moderator')).toThrow(
    expect.objectContaining({ details: { required: 'moderator or admin' } }),
  );
});
