/** All SQL of what points can buy. */
import type { Sql } from '@fanfare/database';
import type { Minor } from '@fanfare/kit';
import { errors } from '../errors.ts';

/** Something that points can buy. */
export interface PointItem {
  readonly id: string;
  readonly name: string;
  readonly priceMinor: Minor;
  readonly isActive: boolean;
}

/** One answer lists them all. */
const MOST_ITEMS = 1000;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly price_minor: string;
  readonly is_active: boolean;
}

const COLUMNS = 'id, name, price_minor, is_active';

const itemOf = ({ id, name, price_minor, is_active }: Row): PointItem => ({
  id,
  name,
  priceMinor: BigInt(price_minor),
  isActive: is_active,
});

/** The item, if it is for sale. */
export async function findItemForSale(sql: Sql, id: string): Promise<PointItem | null> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from point_items where id = $1 and is_active`, [id]);
  const [row] = rows;
  return row === undefined ? null : itemOf(row);
}

/** By id. */
export async function listItems(sql: Sql, includeInactive: boolean): Promise<readonly PointItem[]> {
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS} from point_items where is_active or $1 order by id limit $2`,
    [includeInactive, MOST_ITEMS],
  );
  return rows.map(itemOf);
}

/** Adds an item or changes it. Call it in a transaction. @throws TOO_MANY_POINT_ITEMS */
export async function saveItem(tx: Sql, { id, name, priceMinor, isActive }: PointItem): Promise<void> {
  // Or two new items would be counted without each other.
  await tx.query('lock table point_items in share row exclusive mode');
  const { rowCount } = await tx.query('select from point_items where id <> $1 limit $2', [id, MOST_ITEMS]);
  if (rowCount === MOST_ITEMS) throw errors.TOO_MANY_POINT_ITEMS({ limit: String(MOST_ITEMS) });
  await tx.query(
    `insert into point_items (id, name, price_minor, is_active) values ($1, $2, $3, $4)
     on conflict (id) do update set name = excluded.name, price_minor = excluded.price_minor,
       is_active = excluded.is_active, updated_at = clock_timestamp()`,
    [id, name, priceMinor, isActive],
  );
}
