import type { Database } from '@fanfare/database';
import type { Clock, Logger } from '@fanfare/kit';
import type { Passwords } from './accounts/passwords.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { KeyVault } from './keys/key-vault.ts';
import type { IdentityMetrics } from './metrics.ts';

/** The times that decide how long a login lasts. */
export interface SessionTimes {
  readonly accessTtlSeconds: number;
  /** A session ends when it was not refreshed for this long. */
  readonly idleMs: number;
  /** How long the token replaced last may be repeated by the same device. */
  readonly graceMs: number;
}

/** What commands work with. */
export interface Deps {
  readonly database: Database;
  readonly prisma: PrismaClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: IdentityMetrics;
  readonly passwords: Passwords;
  readonly vault: KeyVault;
  readonly keys: KeyRing;
  readonly times: SessionTimes;
  /** Wakes the outbox relay; call it after a commit that announced something. */
  readonly wakeRelay: () => void;
}
