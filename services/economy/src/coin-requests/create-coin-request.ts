import type { Sql } from '@fanfare/database';
import { type Call, formatMinor, invalid, type Minor, requireUser } from '@fanfare/kit';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { errors } from '../errors.ts';
import type { IntentField } from '../ledger/command.ts';
import { journalIdFor, ofCall } from '../posting/post-one.ts';
import type { CoinRequest } from './coin-request.ts';
import { countOpen, findRequest, insertRequest, type NewCoinRequest } from './request-store.ts';
import { findActiveSeller } from './seller-store.ts';

/** One user's requests are made one after the other, so that a repeat meets the first and nobody passes the bound. */
const LOCK_USER = `select pg_advisory_xact_lock(hashtextextended('coin_request:' || $1::text, 0))`;

export interface CoinRequestInput {
  /** The caller's own, from which the request's id follows. */
  readonly id: string;
  /** COIN, more than zero. */
  readonly amount: Minor;
  /** 0: any. */
  readonly sellerId: bigint;
  readonly note: string;
}

type CreateDeps = Pick<Deps, 'database'> & { readonly config: Pick<Config, 'COIN_REQUESTS_OPEN_MAX'> };

/**
 * Asks for coins and moves none. A repeat under the same id answers with the request as it is by now.
 * @throws COIN_SELLER_NOT_FOUND, TOO_MANY_COIN_REQUESTS, ID_REUSED
 */
export async function createCoinRequest(
  { database, config }: CreateDeps,
  call: Call,
  { id, amount, sellerId, note }: CoinRequestInput,
): Promise<CoinRequest> {
  const userId = requireUser(call.caller);
  if (sellerId === userId) throw invalid('sellerId', 'must be somebody else');
  const { correlationId, tenantId } = ofCall(call);
  const asked = { userId, amount, sellerId, note, correlationId, tenantId, id: journalIdFor(call, 'coin_request', id) };
  return database.transaction(async (tx) => {
    await tx.query(LOCK_USER, [userId]);
    const earlier = await findRequest(tx, asked.id);
    return earlier === null ? insertFirst(tx, asked, config.COIN_REQUESTS_OPEN_MAX) : sameIntent(earlier, asked);
  });
}

async function insertFirst(tx: Sql, asked: NewCoinRequest, openMax: number): Promise<CoinRequest> {
  const { userId, sellerId } = asked;
  if (sellerId !== 0n && (await findActiveSeller(tx, sellerId)) === null) throw errors.COIN_SELLER_NOT_FOUND();
  if ((await countOpen(tx, userId)) >= openMax) throw errors.TOO_MANY_COIN_REQUESTS({ limit: `${openMax}` });
  return insertRequest(tx, asked);
}

function sameIntent(earlier: CoinRequest, asked: NewCoinRequest): CoinRequest {
  const before = intentOf(earlier);
  const differs = intentOf(asked).find(({ value }, index) => value !== before[index]?.value);
  if (differs !== undefined) throw errors.ID_REUSED({ field: differs.name });
  return earlier;
}

const intentOf = ({ amount, sellerId, note }: Pick<NewCoinRequest, 'amount' | 'sellerId' | 'note'>): IntentField[] => [
  { name: 'amount', value: formatMinor(amount) },
  { name: 'sellerId', value: `${sellerId}` },
  { name: 'note', value: note },
];
