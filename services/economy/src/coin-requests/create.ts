import type { CreateCoinRequestRequest, CreateCoinRequestResponse } from '@fanfare/contracts/economy/v1/coin_requests';
import type { Database, Sql } from '@fanfare/database';
import { type Call, formatMinor, invalid, requireUser } from '@fanfare/kit';
import { errors } from '../errors.ts';
import { MAX_OWNER_ID } from '../ledger/accounts.ts';
import type { IntentField } from '../ledger/command.ts';
import { parseAmount } from '../parse-amount.ts';
import { parseNote, requireAsset } from '../parse-request.ts';
import { headerText } from '../posting/parse-command.ts';
import { journalIdFor } from '../posting/post-one.ts';
import { type CoinRequest, formatCoinRequest } from './coin-request.ts';
import { countOpen, findRequest, insertRequest, type NewCoinRequest } from './request-store.ts';
import { findActiveSeller } from './seller-store.ts';

/** One user's requests are made one after the other, so that a repeat meets the first and nobody passes the bound. */
const LOCK_USER = `select pg_advisory_xact_lock(hashtextextended('coin_request:' || $1::text, 0))`;

/**
 * Asks for coins and moves none. A repeat under the same id answers with the request as it is by now.
 * @param openMax requests that one user may have open
 * @throws COIN_SELLER_NOT_FOUND, TOO_MANY_COIN_REQUESTS, ID_REUSED
 */
export async function createCoinRequest(
  database: Database,
  openMax: number,
  request: CreateCoinRequestRequest,
  call: Call,
): Promise<CreateCoinRequestResponse> {
  const asked = parse(request, call);
  const coinRequest = await database.transaction(async (tx) => {
    await tx.query(LOCK_USER, [asked.userId]);
    const earlier = await findRequest(tx, asked.id);
    return earlier === null ? insertFirst(tx, asked, openMax) : sameIntent(earlier, asked);
  });
  return { coinRequest: formatCoinRequest(coinRequest) };
}

function parse({ id, amount, sellerId, note }: CreateCoinRequestRequest, call: Call): NewCoinRequest {
  const userId = requireUser(call.caller);
  const coins = requireAsset(parseAmount(amount), 'COIN');
  if (coins <= 0n) throw invalid('amount', 'must be more than zero');
  if (sellerId < 0n || sellerId > MAX_OWNER_ID) throw invalid('sellerId', 'must be a user id');
  if (sellerId === userId) throw invalid('sellerId', 'must be somebody else');
  const { tenantId } = call.caller;
  return {
    id: journalIdFor(call, 'coin_request', id),
    userId,
    amount: coins,
    sellerId,
    note: parseNote(note),
    correlationId: headerText('correlationId', call.correlationId),
    tenantId: tenantId === undefined ? null : headerText('tenantId', tenantId),
  };
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
