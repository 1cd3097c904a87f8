import { AppError } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { parseLogin, parseRegistration } from './credentials.ts';

const fieldsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError && error.reason === 'INVALID_ARGUMENT') return Object.keys(error.fields ?? {}).sort();
    throw error;
  }
  return [];
};

test('a registration is normalised', () => {
  const typed = { username: 'Mia', email: 'Mia@Example.org', phone: '+1 415 555 0123', password: 'a long secret' };
  expect(parseRegistration(typed)).toEqual({
    username: 'Mia',
    email: 'mia@example.org',
    phone: '+14155550123',
    password: 'a long secret',
  });
});

test('every wrong field of a registration is named at once', () => {
  const typed = { username: 'x', email: 'nobody', phone: '12', password: 'short' };
  expect(fieldsOf(() => parseRegistration(typed))).toEqual(['email', 'password', 'phone', 'username']);
});

test('a registration needs an email address or a phone number', () => {
  expect(fieldsOf(() => parseRegistration({ username: 'mia', password: 'a long secret' }))).toEqual(['email', 'phone']);
  expect(
    fieldsOf(() => parseRegistration({ username: 'mia', phone: '+14155550123', password: 'a long secret' })),
  ).toEqual([]);
});

test('a password is 8 to 128 characters and not the username', () => {
  const wrong = (password: string) =>
    fieldsOf(() => parseRegistration({ username: 'mia.long', email: 'mia@example.org', password }));
  expect(wrong('1234567')).toEqual(['password']);
  expect(wrong('12345678')).toEqual([]);
  expect(wrong('🎁'.repeat(128))).toEqual([]);
  expect(wrong('x'.repeat(129))).toEqual(['password']);
  expect(wrong('MIA.long')).toEqual(['password']);
});

test('a login takes one identifier and a password', () => {
  expect(parseLogin({ email: 'Mia@Example.org', password: 'x' }).identifier).toEqual({
    email: 'mia@example.org',
    phone: null,
  });
  expect(parseLogin({ phone: '001 415 5550123', password: 'x' }).identifier).toEqual({
    email: null,
    phone: '+14155550123',
  });
  expect(fieldsOf(() => parseLogin({ password: '' }))).toEqual(['email', 'password', 'phone']);
  expect(fieldsOf(() => parseLogin({ email: 'a@b.org', phone: '+14155550123', password: 'x' }))).toEqual([
    'email',
    'phone',
  ]);
  expect(fieldsOf(() => parseLogin({ email: 'nobody', password: 'x'.repeat(129) }))).toEqual(['email', 'password']);
});
