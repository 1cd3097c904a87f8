/** Who may decide coin requests out of an account of their own, and within which limits. */
import { one, type Sql } from '@fanfare/database';
import type { Minor } from '@fanfare/kit';
import type { Place } from '../page.ts';

export interface CoinSeller {
  readonly userId: bigint;
  /** COIN in one UTC day. */
  readonly dailyLimit: Minor;
  /** COIN in one request. */
  readonly requestLimit: Minor;
  readonly isActive: boolean;
  readonly createdAt: Date;
}

interface Columns {
  readonly user_id: string;
  readonly daily_limit_minor: string;
  readonly request_limit_minor: string;
  readonly is_active: boolean;
  readonly created_at: Date;
}

const COLUMNS = 'user_id, daily_limit_minor, request_limit_minor, is_active, created_at';

export async function findSeller(sql: Sql, userId: bigint): Promise<CoinSeller | null> {
  const { rows } = await sql.query<Columns>(`select ${COLUMNS} from coin_sellers where user_id = $1`, [userId]);
  const [row] = rows;
  return row === undefined ? null : sellerOf(row);
}

export async function findActiveSeller(sql: Sql, userId: bigint): Promise<CoinSeller | null> {
  const seller = await findSeller(sql, userId);
  return seller?.isActive === true ? seller : null;
}

export async function saveSeller(tx: Sql, seller: Omit<CoinSeller, 'createdAt'>): Promise<CoinSeller> {
  const { userId, dailyLimit, requestLimit, isActive } = seller;
  const saved = await tx.query<Columns>(
    `insert into coin_sellers (user_id, daily_limit_minor, request_limit_minor, is_active) values ($1, $2, $3, $4)
     on conflict (user_id) do update
        set daily_limit_minor = excluded.daily_limit_minor, request_limit_minor = excluded.request_limit_minor,
            is_active = excluded.is_active
     returning ${COLUMNS}`,
    [userId, dailyLimit, requestLimit, isActive],
  );
  return sellerOf(one(saved));
}

/** Newest first, behind `after`. */
export async function listSellers(sql: Sql, after: Place | null, limit: number): Promise<readonly CoinSeller[]> {
  const { rows } = await sql.query<Columns>(
    `select ${COLUMNS} from coin_sellers
      where $1::timestamptz is null or (created_at, user_id) < ($1::timestamptz, $2::int8)
      order by created_at desc, user_id desc limit $3`,
    [after?.createdAt ?? null, after?.id ?? null, limit],
  );
  return rows.map(sellerOf);
}

const sellerOf = (row: Columns): CoinSeller => ({
  userId: BigInt(row.user_id),
  dailyLimit: BigInt(row.daily_limit_minor),
  requestLimit: BigInt(row.request_limit_minor),
  isActive: row.is_active,
  createdAt: row.created_at,
});
