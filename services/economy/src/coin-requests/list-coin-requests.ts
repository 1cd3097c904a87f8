import { type Call, commonErrors, requireRole, requireUser } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type Place, pageOf } from '../page.ts';
import type { CoinRequest } from './coin-request.ts';
import { type Listed, listRequests } from './request-store.ts';
import { findActiveSeller } from './seller-store.ts';

/** The caller's own, those a seller may decide, or everybody's. */
export type Scope = 'own' | 'seller' | 'all';

/** What people see; an approval on its way is still pending to them. */
export type ShownStatus = 'pending' | 'approved' | 'rejected';

export interface ListInput {
  readonly scope: Scope;
  /** Null: any. */
  readonly status: ShownStatus | null;
  readonly behind: Place | null;
  readonly limit: number;
}

/** Newest first. @throws FORBIDDEN for what is somebody else's to list */
export async function listCoinRequests(
  { database }: Pick<Deps, 'database'>,
  call: Call,
  { behind, limit, ...asked }: ListInput,
): Promise<{ readonly items: readonly CoinRequest[]; readonly nextCursor: string }> {
  const listed = await listedOf({ database }, call, asked);
  return pageOf(await listRequests(database, listed, behind, limit + 1), limit);
}

async function listedOf(
  { database }: Pick<Deps, 'database'>,
  { caller }: Call,
  { scope, status }: Pick<ListInput, 'scope' | 'status'>,
): Promise<Listed> {
  switch (scope) {
    case 'own':
      return { condition: `user_id = $4 and ${statusCondition(status)}`, values: [requireUser(caller)] };
    case 'seller': {
      const userId = requireUser(caller);
      if ((await findActiveSeller(database, userId)) === null)
        throw commonErrors.FORBIDDEN({ required: 'coin seller' });
      return { condition: sellerCondition(status), values: [userId] };
    }
    case 'all':
      requireRole(caller, 'admin');
      return { condition: statusCondition(status), values: [] };
  }
}

/** What is open and theirs to decide; under another status what they have decided themselves. */
function sellerCondition(status: ShownStatus | null): string {
  if (status === null || status === 'pending') return `${OPEN} and seller_id in (0, $4) and user_id <> $4`;
  return `decided_by = $4 and ${statusCondition(status)}`;
}

const OPEN = `status in ('pending', 'deciding')`;

function statusCondition(status: ShownStatus | null): string {
  if (status === null) return 'true';
  return status === 'pending' ? OPEN : `status = '${status}'`;
}
