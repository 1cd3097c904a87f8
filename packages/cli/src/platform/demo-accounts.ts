/** Identity makes this account by itself in development. */
export const ADMINISTRATOR = { email: 'admin@fanfare.local', password: 'fanfare-admin' } as const;

/** Accounts that exist after a start in development; told at the end of `up`. */
export const DEMO_USERS = [
  { username: 'alice', email: 'alice@fanfare.local', password: 'fanfare-demo' },
  { username: 'bob', email: 'bob@fanfare.local', password: 'fanfare-demo' },
] as const;
