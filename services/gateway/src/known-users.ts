/**
 * Whether users exist, asked before money goes to them: the ledger opens a wallet for whatever id it is given, and what
 * was paid into nobody's wallet would be lost.
 */
import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import type { CallOptions, RpcClient } from '@fanfare/kit';
import { LRUCache } from 'lru-cache';
import { errors } from './errors.ts';

export interface KnownUsers {
  /** @throws USER_NOT_FOUND naming the first that does not exist */
  readonly require: (userIds: readonly bigint[], call: CallOptions) => Promise<void>;
}

/** Accounts never vanish, so an id that was found once is not asked for again. Some 8 MB when full. */
const MOST_REMEMBERED = 100_000;

export function knownUsers(identity: RpcClient<typeof IdentityServiceService>): KnownUsers {
  const known = new LRUCache<bigint, true>({ max: MOST_REMEMBERED });
  return {
    require: async (userIds, call) => {
      const unknown = userIds.filter((id) => !known.has(id));
      if (unknown.length === 0) return;
      const { users } = await identity.call.getUsers({ userIds: unknown }, call);
      for (const { id } of users) known.set(id, true);
      const missing = unknown.find((id) => !known.has(id));
      if (missing !== undefined) throw errors.USER_NOT_FOUND({ userId: String(missing) });
    },
  };
}
