/** The job that ends holds whose time is over, so that what they set aside is available again. */
import { journalIdOf } from '@fanfare/kit';
import type { ScheduledJob } from '@fanfare/kit/schedule';
import type { LedgerCommand } from '../ledger/command.ts';
import type { Engine } from './engine.ts';

const OPERATION = 'hold.expire';

/** One batch of the ledger. */
const PAGE = 256;

const OVERDUE = `
  select holds.id, journals.tenant_id from holds join journals on journals.id = holds.id
   where holds.status = 'open' and holds.expires_at <= now() order by holds.expires_at limit $1`;

/**
 * Every minute, a page at a time. The ledger decides: a hold that was resolved meanwhile stays as it is, and one that
 * cannot be expired does not keep the rest of its page from it.
 */
export const expireHolds = (engine: Engine): ScheduledJob => ({
  name: 'expire-holds',
  cron: '* * * * *',
  timeZone: 'UTC',
  catchUp: 'once',
  run: async ({ tx }) => {
    const { rows } = await tx.query<{ id: string; tenant_id: string | null }>(OVERDUE, [PAGE]);
    const posted = await Promise.allSettled(rows.map((hold) => engine.post(expiry(hold.id, hold.tenant_id), 0)));
    const failure = posted.find((each) => each.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    // What the ledger refuses in this minute it refuses again at once.
    const moved = posted.some((each) => each.status === 'fulfilled' && each.value.type === 'accepted');
    return rows.length === PAGE && moved ? 'again' : 'done';
  },
});

/** The same command for the same hold, so that a repeated run posts nothing twice. */
const expiry = (holdId: string, tenantId: string | null): LedgerCommand => ({
  journalId: journalIdOf('system', OPERATION, holdId),
  operation: OPERATION,
  intent: [{ name: 'holdId', value: holdId }],
  legs: [],
  context: '{}',
  userId: 0n,
  reason: '',
  refusal: null,
  hold: { type: 'expire', holdId },
  limit: null,
  traceparent: '',
  correlationId: '',
  tenantId,
  audit: null,
});
