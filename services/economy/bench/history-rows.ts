/** Posted batches as lines for COPY: the rows that batch-write.ts would have written. Pure. */
import { batchHash } from '../src/ledger/batch-hash.ts';
import { entryKeys } from '../src/ledger/entry-keys.ts';
import type { Folded, Journal } from '../src/ledger/fold.ts';
import { hashed } from '../src/posting/batch-write.ts';

/** Text in PostgreSQL's COPY format, a line for each row. */
export interface HistoryRows {
  readonly journals: string;
  readonly entries: string;
  readonly batch: string;
  /** Of this batch. */
  readonly hash: Buffer;
}

export const JOURNAL_COLUMNS =
  'id, batch, operation, intent, context, reason, user_id, coin_minor, diamond_minor, point_minor, entry_keys, hold, tenant_id, posted_at';
export const ENTRY_COLUMNS = 'account_id, seq, journal_id, minor, balance_after_minor, action, created_at';
export const BATCH_COLUMNS = 'number, hash, journal_ids';

/** @param before the hash of the batch before */
export function historyRows(before: Buffer, number: bigint, postedAt: Date, { journals }: Folded): HistoryRows {
  const hash = batchHash(before, number, postedAt, journals.map(hashed));
  const time = postedAt.toISOString();
  return {
    journals: journals.map((journal) => journalLine(journal, number, time)).join(''),
    entries: journals.map((journal) => entryLines(journal, time)).join(''),
    batch: `${number}\t${bytes(hash)}\t{${journals.map(({ command }) => command.journalId).join(',')}}\n`,
    hash,
  };
}

const NULL = '\\N';

function journalLine(journal: Journal, number: bigint, time: string): string {
  const { command, intent, balances, entries, hold } = journal;
  const columns = [
    command.journalId,
    number,
    copyText(command.operation),
    copyText(intent),
    copyText(command.context),
    copyText(command.reason),
    command.userId,
    ...balances,
    bytes(entryKeys(entries)),
    hold === null ? NULL : copyText(hold),
    command.tenantId === null ? NULL : copyText(command.tenantId),
    time,
  ];
  return `${columns.join('\t')}\n`;
}

const entryLines = ({ command, entries }: Journal, time: string): string =>
  entries
    .map(
      ({ accountId, seq, minor, balanceAfter, action }) =>
        `${accountId}\t${seq}\t${command.journalId}\t${minor}\t${balanceAfter}\t${copyText(action)}\t${time}\n`,
    )
    .join('');

/** JSON and names have no control characters, so the backslash alone needs care. */
const copyText = (text: string): string => (text.includes('\\') ? text.replaceAll('\\', '\\\\') : text);

const bytes = (value: Buffer): string => `\\\\x${value.toString('hex')}`;
