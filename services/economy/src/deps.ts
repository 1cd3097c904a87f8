/** What commands and handlers of this service work with. */
import type { Database } from '@fanfare/database';
import type { Config } from './config.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { Engine } from './posting/engine.ts';

export interface Deps {
  readonly engine: Engine;
  readonly database: Database;
  readonly prisma: PrismaClient;
  readonly config: Config;
}
