import type { KnownUsers } from '@fanfare/backend';
import type { Database } from '@fanfare/database';
import type { Logger } from '@fanfare/kit';
import type { Relay } from '@fanfare/messaging';
import type { Config } from './config.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { Lanes } from './lanes.ts';
import type { RoomMetrics } from './metrics.ts';
import type { Presence } from './participation/presence.ts';
import type { RoomTokens } from './participation/room-token.ts';

/** What commands, queries and sweepers work with. */
export interface Deps {
  readonly config: Config;
  readonly database: Database;
  /** Over the same pool, for single statements. */
  readonly prisma: PrismaClient;
  readonly lanes: Lanes;
  readonly relay: Pick<Relay, 'wake'>;
  /** Asked before somebody is blocked whom a caller names. */
  readonly users: KnownUsers;
  readonly presence: Presence;
  readonly tokens: RoomTokens;
  readonly metrics: RoomMetrics;
  readonly log: Logger;
}
