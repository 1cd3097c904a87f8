/** Reading withdrawals: each is a hold with the journal that reserved it and, once it is over, the one that resolved it. */
import type { Sql } from '@fanfare/database';
import { type AccountId, ownerOf } from '../ledger/accounts.ts';
import type { HoldStatus } from '../ledger/hold.ts';
import type { Place } from '../page.ts';
import { CANCEL, REQUEST, statusOf, type Withdrawal, type WithdrawalStatus } from './withdrawal.ts';

interface WithdrawalColumns {
  readonly id: string;
  readonly account_id: string;
  readonly minor: string;
  readonly captured_minor: string;
  readonly status: HoldStatus;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly resolved_at: Date | null;
  readonly request: string;
  readonly resolution: string | null;
  readonly reason: string | null;
  readonly outcome: string | null;
}

const COLUMNS = `
  select holds.id, holds.account_id, holds.minor, holds.captured_minor, holds.status, holds.created_at,
         holds.expires_at, holds.resolved_at, request.context as request,
         resolution.operation as resolution, resolution.reason, resolution.context as outcome
    from holds
    join journals as request on request.id = holds.id
    left join journals as resolution on resolution.id = holds.resolved_by
   where holds.operation = '${REQUEST}'`;

const FIND = `${COLUMNS} and holds.id = $1`;

const LIST = `${COLUMNS}
     and ($1::int8[] is null or holds.account_id = any($1))
     and ($2::text is null or holds.status = $2)
     and ($3::bool is null or (resolution.operation = '${CANCEL}') = $3)
     and ($4::timestamptz is null or (holds.created_at, holds.id) < ($4, $5::uuid))
   order by holds.created_at desc, holds.id desc limit $6`;

/** The hold's status behind each, and whether it was the user who voided it. */
const FILTERS = {
  pending: { hold: 'open', byUser: null },
  paid: { hold: 'captured', byUser: null },
  rejected: { hold: 'voided', byUser: false },
  cancelled: { hold: 'voided', byUser: true },
  expired: { hold: 'expired', byUser: null },
} as const satisfies Record<WithdrawalStatus, { readonly hold: HoldStatus; readonly byUser: boolean | null }>;

/** @param id a UUID */
export async function findWithdrawal(sql: Sql, id: string): Promise<Withdrawal | null> {
  const { rows } = await sql.query<WithdrawalColumns>(FIND, [id]);
  return rows[0] === undefined ? null : withdrawalOf(rows[0]);
}

export interface WithdrawalsAsked {
  /** Null: everybody's. */
  readonly accountIds: readonly AccountId[] | null;
  /** Null: any. */
  readonly status: WithdrawalStatus | null;
  readonly behind: Place | null;
  readonly limit: number;
}

/** Newest first. */
export async function listWithdrawals(sql: Sql, asked: WithdrawalsAsked): Promise<readonly Withdrawal[]> {
  const filter = asked.status === null ? null : FILTERS[asked.status];
  const { rows } = await sql.query<WithdrawalColumns>(LIST, [
    asked.accountIds,
    filter?.hold ?? null,
    filter?.byUser ?? null,
    asked.behind?.createdAt ?? null,
    asked.behind?.id ?? null,
    asked.limit,
  ]);
  return rows.map(withdrawalOf);
}

function withdrawalOf(row: WithdrawalColumns): Withdrawal {
  const accountId = BigInt(row.account_id) as AccountId;
  const request = JSON.parse(row.request) as { readonly method: string; readonly destination: string };
  const status = statusOf(row.status, row.resolution);
  return {
    id: row.id,
    userId: ownerOf(accountId),
    accountId,
    minor: BigInt(row.minor),
    paidMinor: BigInt(row.captured_minor),
    status,
    method: request.method,
    destination: request.destination,
    reason: status === 'rejected' ? (row.reason ?? '') : '',
    reference: status === 'paid' ? referenceOf(row.outcome) : '',
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    resolvedAt: row.resolved_at,
  };
}

/** Empty for a hold that another service has captured. */
function referenceOf(context: string | null): string {
  const { metadata } = JSON.parse(context ?? '{}') as { readonly metadata?: { readonly reference?: string } };
  return metadata?.reference ?? '';
}
