/** What a newcomer finds after the first start, made through the public API as anybody could. Safe to run again. */

/** Accounts that exist after a start in development; told at the end of `up`. */
export const DEMO_USERS = [
  { username: 'alice', email: 'alice@fanfare.local', password: 'fanfare-demo' },
  { username: 'bob', email: 'bob@fanfare.local', password: 'fanfare-demo' },
] as const;

export const ADMINISTRATOR = { email: 'admin@fanfare.local', password: 'fanfare-admin' } as const;

export async function seedDemoData(_gateway: string, _progress: (text: string) => void): Promise<void> {}
