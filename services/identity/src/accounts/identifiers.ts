/** What names an account: usernames, email addresses and phone numbers, each in the one form that is stored. */
import { z } from 'zod';

/** A value in its stored form, or what is wrong with it in words for the person who typed it. */
export type Normalised =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problem: string };

const accept = (value: string): Normalised => ({ ok: true, value });
const refuse = (problem: string): Normalised => ({ ok: false, problem });

/** ASCII only: letters of other scripts that look alike would let one user pose as another. */
const USERNAME = /^[A-Za-z0-9_.]{3,30}$/;
/** ITU-T E.164: a plus, a country code that starts with 1-9, at most 15 digits in all. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** RFC 5321: 256 octets for a path, minus its angle brackets. */
const EMAIL_MOST = 254;
const EMAIL = z.email().max(EMAIL_MOST);

/** Keeps the case a user chose; {@link usernameKey} is what has to be unique. */
export function normaliseUsername(text: string): Normalised {
  const value = text.normalize('NFKC').trim();
  return USERNAME.test(value) ? accept(value) : refuse('must be 3 to 30 letters, digits, underscores or dots');
}

export const usernameKey = (username: string): string => username.toLowerCase();

export function normaliseEmail(text: string): Normalised {
  const value = text.trim().toLowerCase();
  return EMAIL.safeParse(value).success ? accept(value) : refuse('must be an email address');
}

/** Takes the punctuation people type and the prefix 00; a number without a country code cannot be completed here. */
export function normalisePhone(text: string): Normalised {
  const value = text.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  return E164.test(value)
    ? accept(value)
    : refuse('must be an international phone number with its country code, such as +14155550123');
}
