import { v5, v7 } from 'uuid';

/** Fixed for ever: every journal id ever made hangs on it. */
const JOURNAL_NAMESPACE = '6f3d2b52-3a4e-5f0c-9d57-0a4b1c5f7e11';

/** A new time-ordered id (UUIDv7). */
export const newId = (): string => v7();

/**
 * The journal id of a money command: UUIDv5 of (caller, operation, client id). Two callers who choose the same client
 * id never meet, and a repeat of a command meets its first attempt whichever process it reaches.
 * @param caller `user:7`, `service:bridge`, `token:…`
 */
export function journalIdOf(caller: string, operation: string, clientId: string): string {
  return v5(`${caller}\u0000${operation}\u0000${clientId}`, JOURNAL_NAMESPACE);
}
