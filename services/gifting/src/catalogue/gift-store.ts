/** The catalogue's rows. */
import { createHash } from 'node:crypto';
import { one, type Sql } from '@fanfare/database';
import type { PrismaClient, Gift as Row } from '../generated/prisma/client.ts';
import type { Gift, GiftFields } from './gift.ts';

export interface CatalogueStore {
  readonly readGifts: () => Promise<readonly Gift[]>;
  readonly readGift: (id: bigint) => Promise<Gift | undefined>;
}

export function catalogueStore(prisma: PrismaClient): CatalogueStore {
  const giftOf = ({ createdAt, updatedAt, createdBy, wealthXpMultiplier, charmXpMultiplier, ...row }: Row): Gift => ({
    ...row,
    wealthXpMultiplier: wealthXpMultiplier.toNumber(),
    charmXpMultiplier: charmXpMultiplier.toNumber(),
  });
  return {
    readGifts: async () => (await prisma.gift.findMany()).map(giftOf),
    readGift: async (id) => {
      const row = await prisma.gift.findUnique({ where: { id } });
      return row === null ? undefined : giftOf(row);
    },
  };
}

/** A row as SQL answers it. */
interface SqlRow {
  readonly id: string;
  readonly name: string;
  readonly price_minor: string;
  readonly category: string;
  readonly rarity: string;
  readonly animation_url: string | null;
  readonly thumbnail_url: string | null;
  readonly wealth_xp_multiplier: string;
  readonly charm_xp_multiplier: string;
  readonly is_active: boolean;
  readonly version: string;
}

const giftOfSql = (row: SqlRow): Gift => ({
  id: BigInt(row.id),
  name: row.name,
  priceMinor: BigInt(row.price_minor),
  category: row.category,
  rarity: row.rarity,
  animationUrl: row.animation_url,
  thumbnailUrl: row.thumbnail_url,
  wealthXpMultiplier: Number(row.wealth_xp_multiplier),
  charmXpMultiplier: Number(row.charm_xp_multiplier),
  isActive: row.is_active,
  version: BigInt(row.version),
});

const valuesOf = (fields: GiftFields): unknown[] => [
  fields.name,
  fields.priceMinor,
  fields.category,
  fields.rarity,
  fields.animationUrl,
  fields.thumbnailUrl,
  fields.wealthXpMultiplier,
  fields.charmXpMultiplier,
  fields.isActive,
];

/** What became of a gift that was to be made. */
export interface Insertion {
  /** The one that has the name now. */
  readonly gift: Gift;
  /** `repeated`: the very same command made it before; `taken`: another one did. */
  readonly outcome: 'made' | 'repeated' | 'taken';
}

export async function insertGift(tx: Sql, fields: GiftFields): Promise<Insertion> {
  const values = valuesOf(fields);
  const createdBy = createHash('sha256')
    .update(JSON.stringify(values.map(String)))
    .digest('hex');
  const inserted = await tx.query<SqlRow>(
    `insert into gifts (name, price_minor, category, rarity, animation_url, thumbnail_url,
                        wealth_xp_multiplier, charm_xp_multiplier, is_active, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (name) do nothing returning *`,
    [...values, createdBy],
  );
  const [row] = inserted.rows;
  if (row !== undefined) return { gift: giftOfSql(row), outcome: 'made' };
  const found = one(
    await tx.query<SqlRow & { created_by: string | null }>('select * from gifts where name = $1', [fields.name]),
  );
  return { gift: giftOfSql(found), outcome: found.created_by === createdBy ? 'repeated' : 'taken' };
}

/** Others wait for the row until the transaction ends. Undefined when there is no such gift. */
export async function lockGift(tx: Sql, id: bigint): Promise<Gift | undefined> {
  const { rows } = await tx.query<SqlRow>('select * from gifts where id = $1 for no key update', [id]);
  return rows[0] === undefined ? undefined : giftOfSql(rows[0]);
}

/** Writes all fields of a gift whose row is locked, as its next version. */
export async function saveGift(tx: Sql, id: bigint, fields: GiftFields): Promise<Gift> {
  const saved = await tx.query<SqlRow>(
    `update gifts set name = $1, price_minor = $2, category = $3, rarity = $4, animation_url = $5, thumbnail_url = $6,
            wealth_xp_multiplier = $7, charm_xp_multiplier = $8, is_active = $9,
            version = version + 1, updated_at = now()
      where id = $10 returning *`,
    [...valuesOf(fields), id],
  );
  return giftOfSql(one(saved));
}
