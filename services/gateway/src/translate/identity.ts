import { silent, type Table } from './table.ts';

/** Accounts and sessions: bans and logouts act through the revocations, not through a message. */
export const identity = {
  userRegistered: silent,
  userBanned: silent,
  userUnbanned: silent,
  sessionRevoked: silent,
} satisfies Partial<Table>;
