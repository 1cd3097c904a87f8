/** The rows of coin requests. Every change names the state it starts from, so that each step has one winner. */
import { one, type Sql } from '@fanfare/database';
import type { Minor } from '@fanfare/kit';
import type { Place } from '../page.ts';
import type { CoinRequest, Decider, DecidesAs, Deciding } from './coin-request.ts';

interface Columns {
  readonly id: string;
  readonly user_id: string;
  readonly amount_minor: string;
  readonly seller_id: string;
  readonly note: string;
  readonly status: CoinRequest['status'];
  readonly attempt: string;
  readonly decided_by: string | null;
  readonly decider: string | null;
  readonly decided_as: DecidesAs | null;
  readonly reason: string;
  readonly correlation_id: string;
  readonly tenant_id: string | null;
  readonly created_at: Date;
  readonly decided_at: Date | null;
}

const COLUMNS = `id, user_id, amount_minor, seller_id, note, status, attempt, decided_by, decider, decided_as, reason,
                 correlation_id, tenant_id, created_at, decided_at`;

export interface NewCoinRequest {
  readonly id: string;
  readonly userId: bigint;
  readonly amount: Minor;
  readonly sellerId: bigint;
  readonly note: string;
  readonly correlationId: string;
  readonly tenantId: string | null;
}

export async function insertRequest(tx: Sql, request: NewCoinRequest): Promise<CoinRequest> {
  const { id, userId, amount, sellerId, note, correlationId, tenantId } = request;
  const inserted = await tx.query<Columns>(
    `insert into coin_requests (id, user_id, amount_minor, seller_id, note, correlation_id, tenant_id)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [id, userId, amount, sellerId, note, correlationId, tenantId],
  );
  return requestOf(one(inserted));
}

export async function findRequest(sql: Sql, id: string): Promise<CoinRequest | null> {
  return first(await sql.query<Columns>(`select ${COLUMNS} from coin_requests where id = $1`, [id]));
}

export async function countOpen(sql: Sql, userId: bigint): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from coin_requests where user_id = $1 and status in ('pending', 'deciding')`,
    [userId],
  );
  return rows[0]?.count ?? 0;
}

/** pending -> deciding. Null for whoever is not the first. */
export async function claim(sql: Sql, id: string, by: Decider, correlationId: string): Promise<Deciding | null> {
  const claimed = first(
    await sql.query<Columns>(
      `update coin_requests
          set status = 'deciding', attempt = attempt + 1, decided_by = $2, decider = $3, decided_as = $4,
              decided_at = clock_timestamp(), correlation_id = $5
        where id = $1 and status = 'pending' returning ${COLUMNS}`,
      [id, by.userId, by.key, by.as, correlationId],
    ),
  );
  return claimed?.status === 'deciding' ? claimed : null;
}

/** deciding -> approved. Null when somebody else has carried it on meanwhile. */
export async function markApproved(sql: Sql, { id, attempt }: Deciding, postedAt: Date): Promise<CoinRequest | null> {
  return first(
    await sql.query<Columns>(
      `update coin_requests set status = 'approved', decided_at = $3
        where id = $1 and attempt = $2 and status = 'deciding' returning ${COLUMNS}`,
      [id, attempt, postedAt],
    ),
  );
}

/** deciding -> pending, once nothing can be posted for this attempt any more. */
export async function release(sql: Sql, { id, attempt }: Deciding): Promise<void> {
  await sql.query(
    `update coin_requests
        set status = 'pending', decided_by = null, decider = null, decided_as = null, decided_at = null
      where id = $1 and attempt = $2 and status = 'deciding'`,
    [id, attempt],
  );
}

/** pending -> rejected. Null for whoever is not the first. */
export async function markRejected(
  sql: Sql,
  id: string,
  by: Decider,
  reason: string,
  correlationId: string,
): Promise<CoinRequest | null> {
  return first(
    await sql.query<Columns>(
      `update coin_requests
          set status = 'rejected', decided_by = $2, decider = $3, decided_as = $4, decided_at = clock_timestamp(),
              reason = $5, correlation_id = $6
        where id = $1 and status = 'pending' returning ${COLUMNS}`,
      [id, by.userId, by.key, by.as, reason, correlationId],
    ),
  );
}

/** Approvals whose process may have died, oldest first. */
export async function findUnfinished(sql: Sql, olderThanMs: number, limit: number): Promise<readonly Deciding[]> {
  const { rows } = await sql.query<Columns>(
    `select ${COLUMNS} from coin_requests
      where status = 'deciding' and decided_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
      order by decided_at limit $2`,
    [olderThanMs, limit],
  );
  return rows.map(requestOf).filter((request) => request.status === 'deciding');
}

/** Which requests a list has; the values of its condition stand from $4 on. */
export interface Listed {
  readonly condition: string;
  readonly values: readonly unknown[];
}

/** Newest first, behind `after`. */
export async function listRequests(
  sql: Sql,
  { condition, values }: Listed,
  after: Place | null,
  limit: number,
): Promise<readonly CoinRequest[]> {
  const { rows } = await sql.query<Columns>(
    `select ${COLUMNS} from coin_requests
      where ${condition} and ($1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid))
      order by created_at desc, id desc limit $3`,
    [after?.createdAt ?? null, after?.id ?? null, limit, ...values],
  );
  return rows.map(requestOf);
}

const first = ({ rows: [row] }: { readonly rows: readonly Columns[] }): CoinRequest | null =>
  row === undefined ? null : requestOf(row);

function requestOf(row: Columns): CoinRequest {
  const asked = {
    id: row.id,
    userId: BigInt(row.user_id),
    amount: BigInt(row.amount_minor),
    sellerId: BigInt(row.seller_id),
    note: row.note,
    attempt: BigInt(row.attempt),
    reason: row.reason,
    correlationId: row.correlation_id,
    tenantId: row.tenant_id,
    createdAt: row.created_at,
  };
  const { status, decided_by, decider, decided_as, decided_at } = row;
  if (status === 'pending') return { ...asked, status };
  if (decided_by === null || decider === null || decided_as === null || decided_at === null) {
    throw new Error(`coin request ${row.id} is ${status} by nobody`);
  }
  const by = { userId: BigInt(decided_by), key: decider, as: decided_as };
  return { ...asked, status, decider: by, decidedAt: decided_at };
}
