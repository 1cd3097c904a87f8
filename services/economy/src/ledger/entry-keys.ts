/**
 * The keys of a journal's entries, kept with the journal in the order of its legs: an index on entries(journal_id)
 * would cost a sixth of the throughput, and two arrays per row are slow to send.
 *
 *   per entry: int64 account id | int64 seq, both big-endian
 */
import type { AccountId } from './accounts.ts';

export interface EntryKey {
  readonly accountId: AccountId;
  readonly seq: bigint;
}

const INT8_BYTES = 8;
export const KEY_BYTES = 2 * INT8_BYTES;

export function entryKeys(entries: readonly EntryKey[]): Buffer {
  const buffer = Buffer.allocUnsafe(entries.length * KEY_BYTES);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  for (const [index, { accountId, seq }] of entries.entries()) {
    view.setBigInt64(index * KEY_BYTES, accountId);
    view.setBigInt64(index * KEY_BYTES + INT8_BYTES, seq);
  }
  return buffer;
}

export function readEntryKeys(buffer: Buffer): readonly EntryKey[] {
  return Array.from({ length: Math.floor(buffer.length / KEY_BYTES) }, (_, index) => ({
    accountId: buffer.readBigInt64BE(index * KEY_BYTES) as AccountId,
    seq: buffer.readBigInt64BE(index * KEY_BYTES + INT8_BYTES),
  }));
}
