/** What commands and handlers of this service work with. */
import type { KnownUsers } from '@fanfare/backend';
import type { Database } from '@fanfare/database';
import type { Config } from './config.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { Engine } from './posting/engine.ts';

export interface Deps {
  readonly engine: Engine;
  readonly database: Database;
  readonly prisma: PrismaClient;
  readonly config: Config;
  /** Asked before anything is given to, taken from or decided about a user whom a caller names. */
  readonly users: KnownUsers;
}
