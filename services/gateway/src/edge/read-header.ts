/**
 * Headers of a message, read from the block in which they came. The client's own way makes a map of all of them and
 * checks each letter, which for a message of a channel costs more than everything that we do with it.
 */
import type { Msg } from '@nats-io/transport-node';

/** '' when there is no such header. */
export type ReadHeader = (name: string) => string;

/** What the client's messages hold beside their public interface. */
interface RawMessage {
  /** `hdr`: bytes of headers at the beginning of `_rdata`. */
  readonly _msg?: { readonly hdr?: number };
  readonly _rdata?: Uint8Array;
}

export function headerReader(message: Msg): ReadHeader {
  const { _msg, _rdata } = message as unknown as RawMessage;
  const size = _msg?.hdr ?? 0;
  if (_rdata === undefined || size <= 0) return (name) => message.headers?.get(name) ?? '';
  const block = Buffer.from(_rdata.buffer, _rdata.byteOffset, size).toString('latin1');
  return (name) => headerIn(block, name);
}

/** https://docs.nats.io/reference/reference-protocols/nats-protocol#hmsg: a version line, then `Name: value` lines. */
export function headerIn(block: string, name: string): string {
  const before = `\r\n${name}:`;
  const start = block.indexOf(before);
  if (start < 0) return '';
  const from = start + before.length;
  const end = block.indexOf('\r\n', from);
  return block.slice(from, end < 0 ? undefined : end).trim();
}
