/** What people type to register and to log in, checked as a whole: every field that is wrong is named at once. */
import { commonErrors } from '@fanfare/kit';
import { type Normalised, normaliseEmail, normalisePhone, normaliseUsername, usernameKey } from './identifiers.ts';

export interface Registration {
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly password: string;
}

/** One of the two, normalised. */
export type Identifier =
  | { readonly email: string; readonly phone: null }
  | { readonly email: null; readonly phone: string };

export interface LoginAttempt {
  readonly identifier: Identifier;
  readonly password: string;
}

interface Typed {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly password: string;
}

const PASSWORD_LEAST = 8;
/** Bounds the work of a hash; a passphrase of twenty words fits. */
const PASSWORD_MOST = 128;

const characters = (text: string): number => [...text].length;

/** @throws INVALID_ARGUMENT with every wrong field */
export function parseRegistration(typed: Typed & { readonly username: string }): Registration {
  const fields = new Map<string, string[]>();
  const username = collect(fields, 'username', normaliseUsername(typed.username));
  const email = present(typed.email) ? collect(fields, 'email', normaliseEmail(typed.email)) : null;
  const phone = present(typed.phone) ? collect(fields, 'phone', normalisePhone(typed.phone)) : null;
  if (!present(typed.email) && !present(typed.phone)) {
    fields.set('email', ['give an email address or a phone number']);
    fields.set('phone', ['give an email address or a phone number']);
  }
  const problem = passwordProblem(typed.password, typed.username);
  if (problem !== null) fields.set('password', [problem]);
  refuseIfAny(fields);
  return { username, email, phone, password: typed.password };
}

/** @throws INVALID_ARGUMENT with every wrong field. Says nothing about accounts: what is refused here names none. */
export function parseLogin(typed: Typed): LoginAttempt {
  const fields = new Map<string, string[]>();
  const identifier = parseIdentifier(fields, typed);
  if (typed.password === '') fields.set('password', ['is required']);
  if (characters(typed.password) > PASSWORD_MOST) {
    fields.set('password', [`must be at most ${PASSWORD_MOST} characters`]);
  }
  refuseIfAny(fields);
  return { identifier, password: typed.password };
}

function parseIdentifier(fields: Map<string, string[]>, typed: Typed): Identifier {
  if (present(typed.email) === present(typed.phone)) {
    fields.set('email', ['give either an email address or a phone number']);
    fields.set('phone', ['give either an email address or a phone number']);
  }
  if (present(typed.email)) return { email: collect(fields, 'email', normaliseEmail(typed.email)), phone: null };
  return { email: null, phone: present(typed.phone) ? collect(fields, 'phone', normalisePhone(typed.phone)) : '' };
}

function passwordProblem(password: string, username: string): string | null {
  const length = characters(password);
  if (length < PASSWORD_LEAST || length > PASSWORD_MOST) {
    return `must be ${PASSWORD_LEAST} to ${PASSWORD_MOST} characters`;
  }
  return usernameKey(password.trim()) === usernameKey(username.trim()) ? 'must not be the username' : null;
}

const present = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

/** The value, or an empty text once its problem has been noted: {@link refuseIfAny} follows before anybody uses it. */
function collect(fields: Map<string, string[]>, name: string, result: Normalised): string {
  if (result.ok) return result.value;
  fields.set(name, [result.problem]);
  return '';
}

function refuseIfAny(fields: ReadonlyMap<string, readonly string[]>): void {
  if (fields.size > 0) throw commonErrors.INVALID_ARGUMENT({}, Object.fromEntries(fields));
}
