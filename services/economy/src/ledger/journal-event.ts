/**
 * The outbox row that tells of a journal: entity and event id are the journal's id, the entity's version is 1. It
 * carries the trace and correlation id of its own command, which share nothing with those of the rest of the batch.
 *
 * The body is the JSON of a JournalPosted message, written straight from the journal: making the message first, and its
 * JSON object, and then the text, took longer than all rules of the ledger. A test holds it to the generated codec.
 */
import { events } from '@fanfare/contracts';
import { accountKindToJSON, HoldChange as WireHoldChange } from '@fanfare/contracts/economy/v1/economy_service';
import { type OutboxRow, outboxRow } from '@fanfare/messaging';
import { type AccountId, currencyOf, describeAccount, kindOf, ownerOf } from './accounts.ts';
import type { Entry, Journal } from './fold.ts';
import type { HoldChange } from './hold.ts';

/** A journal never changes after it was posted. */
const ONLY_VERSION = 1n;

export function journalPosted(journal: Journal, batch: bigint, postedAt: Date): OutboxRow {
  const { journalId, correlationId, tenantId, traceparent } = journal.command;
  return outboxRow({
    id: journalId,
    subject: events.journalPosted.subject,
    entityId: journalId,
    entityVersion: ONLY_VERSION,
    time: postedAt,
    correlationId: correlationId === '' ? journalId : correlationId,
    ...(tenantId === null ? {} : { tenantId }),
    ...(traceparent === '' ? {} : { traceparent }),
    body: journalBody(journal, batch, postedAt),
  });
}

/** The codec's JSON: int8 as text, what is zero, empty or absent left out. */
export function journalBody({ command, entries, touched }: Journal, batch: bigint, postedAt: Date): string {
  const { journalId, operation, context, reason, hold } = command;
  const legs = entries.length === 0 ? '' : `,"legs":[${entries.map(legJson).join(',')}]`;
  const balances = touched.length === 0 ? '' : `,"balances":[${touched.map(balancesJson).join(',')}]`;
  const more =
    (reason === '' ? '' : `,"reason":${JSON.stringify(reason)}`) +
    (hold === null ? '' : `,"hold":${JSON.stringify(WireHoldChange.toJSON(describeHold(hold)))}`);
  return (
    `{"journalId":"${journalId}","operation":${JSON.stringify(operation)},"batch":"${batch}"${legs}${balances},` +
    `"context":${JSON.stringify(context)},"postedAt":"${postedAt.toISOString()}"${more}}`
  );
}

const legJson = ({ accountId, minor, balanceAfter, action }: Entry): string =>
  `{"account":${accountJson(accountId)},"minor":"${minor}"${int8Json('balanceAfterMinor', balanceAfter)},` +
  `"action":${JSON.stringify(action)}}`;

function accountJson(id: AccountId): string {
  const kind = accountKindToJSON(kindOf(id));
  return `{"kind":"${kind}"${int8Json('ownerId', ownerOf(id))},"currency":"${currencyOf(id)}"}`;
}

const balancesJson = ({ userId, balances: [coin, diamond, point] }: Journal['touched'][number]): string =>
  `{"userId":"${userId}"${int8Json('coinMinor', coin)}${int8Json('diamondMinor', diamond)}` +
  `${int8Json('pointMinor', point)}}`;

const int8Json = (name: string, value: bigint): string => (value === 0n ? '' : `,"${name}":"${value}"`);

export function describeHold(change: HoldChange): WireHoldChange {
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
