import { events } from '@fanfare/contracts';
import type { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import type { HoldChange as WireHoldChange } from '@fanfare/contracts/economy/v1/economy_service';
import { announcement, type OutboxRow, outboxRow } from '@fanfare/messaging';
import { describeAccount } from './accounts.ts';
import type { Journal } from './fold.ts';
import type { HoldChange } from './hold.ts';

/** A journal never changes after it was posted. */
const ONLY_VERSION = 1n;

/**
 * The outbox row that tells of a journal: entity and event id are the journal's id, the entity's version is 1. It
 * carries the trace and correlation id of its own command, which share nothing with those of the rest of the batch.
 */
export function journalPosted(journal: Journal, batch: bigint, postedAt: Date): OutboxRow {
  const { command, entries, touched } = journal;
  const message: JournalPosted = {
    journalId: command.journalId,
    operation: command.operation,
    batch,
    legs: entries.map(({ accountId, minor, balanceAfter, action }) => ({
      account: describeAccount(accountId),
      minor,
      balanceAfterMinor: balanceAfter,
      action,
    })),
    balances: touched.map(({ userId, balances: [coinMinor, diamondMinor, pointMinor] }) => ({
      userId,
      coinMinor,
      diamondMinor,
      pointMinor,
    })),
    context: command.context,
    postedAt,
    reason: command.reason,
    hold: command.hold === null ? undefined : describeHold(command.hold),
  };
  return outboxRow(
    announcement(events.journalPosted, message, {
      id: command.journalId,
      entityId: command.journalId,
      entityVersion: ONLY_VERSION,
      correlationId: command.correlationId === '' ? undefined : command.correlationId,
      traceparent: command.traceparent === '' ? undefined : command.traceparent,
      tenantId: command.tenantId ?? undefined,
      time: postedAt,
    }),
  );
}

function describeHold(change: HoldChange): WireHoldChange {
  switch (change.type) {
    case 'reserve': {
      const { accountId, minor, expiresAt } = change;
      return { reserve: { account: describeAccount(accountId), minor, expiresAt } };
    }
    case 'capture':
      return { capture: { holdId: change.holdId, minor: change.minor } };
    case 'void':
      return { void: { holdId: change.holdId } };
    case 'expire':
      return { expire: { holdId: change.holdId } };
  }
}
