/**
 * Whether users exist, for services that take their ids from callers: the ledger opens a wallet for whatever id it is
 * given, and what was paid into nobody's wallet would be lost.
 *
 *   known to this process -> platform.known_users -> identity, before anybody is refused
 *
 * The table is a read model of identity's registrations, which a consumer fills. It may be behind, so only identity's
 * word counts against a user; what identity says for one is kept in the table like what the events tell.
 */
import { events } from '@fanfare/contracts';
import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import type { Sql } from '@fanfare/database';
import { type AppError, type ErrorDetails, type RpcClient, serviceCaller } from '@fanfare/kit';
import { type Consumer, defineConsumer } from '@fanfare/messaging';
import { LRUCache } from 'lru-cache';

export interface KnownUsers {
  /**
   * @param userIds at most 256
   * @throws USER_NOT_FOUND naming the first that does not exist; UNAVAILABLE when identity would have to be asked and
   * is away
   */
  readonly require: (userIds: readonly bigint[]) => Promise<void>;
}

export interface KnownUsersOptions {
  /** Who asks. */
  readonly service: string;
  readonly sql: Sql;
  readonly identity: Pick<RpcClient<typeof IdentityServiceService>['call'], 'getUsers'>;
  /** The service's own reason. */
  readonly notFound: (details: ErrorDetails) => AppError;
}

/** Some 8 MB when full. Accounts never vanish, so an id that was found once is not asked for again. */
const MOST_REMEMBERED = 100_000;
const DEADLINE_MS = 2000;

export function knownUsers({ service, sql, identity, notFound }: KnownUsersOptions): KnownUsers {
  const remembered = new LRUCache<bigint, true>({ max: MOST_REMEMBERED });
  const caller = serviceCaller(service);

  async function askIdentity(userIds: readonly bigint[]): Promise<readonly bigint[]> {
    const { users } = await identity.getUsers({ userIds: [...userIds] }, { caller, deadlineMs: DEADLINE_MS });
    const found = users.map(({ id }) => id);
    await store(sql, found);
    return found;
  }

  return {
    require: async (userIds) => {
      let missing = userIds.filter((id) => !remembered.has(id));
      for (const find of [(ids: readonly bigint[]) => findStored(sql, ids), askIdentity]) {
        if (missing.length === 0) return;
        const found = new Set(await find(missing));
        for (const id of found) remembered.set(id, true);
        missing = missing.filter((id) => !found.has(id));
      }
      const [stranger] = missing;
      if (stranger !== undefined) throw notFound({ userId: String(stranger) });
    },
  };
}

/** Fills the table. @param durable `<service>-user` */
export const userRegistrations = ({ durable }: { readonly durable: string }): Consumer =>
  defineConsumer({
    durable,
    event: events.userRegistered,
    handleBatch: ({ tx, events: batch }) =>
      store(
        tx,
        batch.map(({ message }) => message.userId),
      ),
  });

async function store(sql: Sql, userIds: readonly bigint[]): Promise<void> {
  if (userIds.length === 0) return;
  await sql.query('insert into platform.known_users (user_id) select unnest($1::int8[]) on conflict do nothing', [
    userIds,
  ]);
}

async function findStored(sql: Sql, userIds: readonly bigint[]): Promise<readonly bigint[]> {
  const { rows } = await sql.query<{ user_id: string }>(
    'select user_id from platform.known_users where user_id = any($1::int8[])',
    [userIds],
  );
  return rows.map((row) => BigInt(row.user_id));
}
