import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseEmail, normalisePhone, normaliseUsername, usernameKey } from './identifiers.ts';

const stored = (result: ReturnType<typeof normaliseEmail>): string | null => (result.ok ? result.value : null);

test('a username keeps its case and is compared without it', () => {
  expect(stored(normaliseUsername(' Mia_K.9 '))).toBe('Mia_K.9');
  expect(usernameKey('Mia_K.9')).toBe(usernameKey('mIA_k.9'));
});

test('full-width letters become plain ones, look-alikes of other scripts are refused', () => {
  expect(stored(normaliseUsername('ｍｉａ'))).toBe('mia');
  expect(normaliseUsername('mіa').ok).toBe(false);
});

test('usernames of 2 and 31 characters, and other characters, are refused', () => {
  for (const text of ['ab', 'a'.repeat(31), 'a b c', 'mia!', '', 'mia@x.org']) {
    expect(normaliseUsername(text).ok, text).toBe(false);
  }
  expect(normaliseUsername('abc').ok).toBe(true);
  expect(normaliseUsername('a'.repeat(30)).ok).toBe(true);
});

test('an email address is trimmed and lowercased', () => {
  expect(stored(normaliseEmail(' Mia@Example.ORG '))).toBe('mia@example.org');
  for (const text of ['', 'mia', 'mia@', '@example.org', `${'a'.repeat(260)}@example.org`]) {
    expect(normaliseEmail(text).ok, text).toBe(false);
  }
});

test('the ways to write one phone number give one form', () => {
  for (const text of ['+1 (415) 555-0123', '0014155550123', '+1.415.555.0123', '+14155550123']) {
    expect(stored(normalisePhone(text))).toBe('+14155550123');
  }
});

test('a phone number without country code, too short, too long or with letters is refused', () => {
  for (const text of ['4155550123', '+0415555012', '+12345', '+1234567890123456', '+1415CALLME', '']) {
    expect(normalisePhone(text).ok, text).toBe(false);
  }
});

test('normalising twice changes nothing more, whatever is typed', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(normaliseUsername, normaliseEmail, normalisePhone),
      (text, normalise) => {
        const once = normalise(text);
        if (once.ok) expect(normalise(once.value)).toEqual(once);
      },
    ),
  );
});
