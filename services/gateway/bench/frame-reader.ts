/**
 * Reads what a server writes to one websocket and costs the measuring process as little as possible: it hops from
 * frame header to frame header, and of a gift it looks at the first bytes only. Pure: bytes in, callbacks out.
 */
import { FRAME_START, STAMP_BYTES } from './gift-message.ts';

export interface FrameListener {
  /** `bytes` are valid during the call only; the gift's number begins at `stampStart`. */
  readonly gift: (bytes: Buffer, stampStart: number) => void;
  /** Any other text: of the protocol, an ack, another event. */
  readonly text: (payload: string) => void;
  readonly closed: () => void;
}

const PEEK_BYTES = FRAME_START.byteLength + STAMP_BYTES;
const OPCODE = 0x0f;
const CLOSE = 0x8;

export class FrameReader {
  readonly #listener: FrameListener;
  /** Of a gift whose end has not come yet. */
  #skip = 0;
  /** The beginning of a frame, too little to tell what it is. */
  #rest: Buffer | null = null;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let offset = Math.min(this.#skip, bytes.byteLength);
    this.#skip -= offset;
    while (offset < bytes.byteLength) {
      const taken = this.#frame(bytes, offset);
      if (taken === 0) {
        this.#rest = Buffer.from(bytes.subarray(offset));
        return;
      }
      offset += taken;
      if (offset > bytes.byteLength) this.#skip = offset - bytes.byteLength;
    }
  }

  /** @returns its whole size, which may end beyond `bytes`; 0 when more is needed */
  #frame(bytes: Buffer, offset: number): number {
    const available = bytes.byteLength - offset;
    const header = available < 2 ? 2 : headerBytes(bytes, offset);
    if (available < header) return 0;
    const length = payloadBytes(bytes, offset, header);
    const size = header + length;
    if (available < Math.min(size, header + PEEK_BYTES)) return 0;
    const start = offset + header;
    if (length >= PEEK_BYTES && isGift(bytes, start)) {
      this.#listener.gift(bytes, start + FRAME_START.byteLength);
      return size;
    }
    if (available < size) return 0;
    if (((bytes[offset] ?? 0) & OPCODE) === CLOSE) this.#listener.closed();
    else this.#listener.text(bytes.toString('utf8', start, start + length));
    return size;
  }
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2, as a server sends it: without a mask. */
function headerBytes(bytes: Buffer, offset: number): number {
  const short = (bytes[offset + 1] ?? 0) & 0x7f;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}

function payloadBytes(bytes: Buffer, offset: number, header: number): number {
  if (header === 2) return (bytes[offset + 1] ?? 0) & 0x7f;
  return header === 4 ? bytes.readUInt16BE(offset + 2) : Number(bytes.readBigUInt64BE(offset + 2));
}

/** `42["g` is enough: no other event of any of the servers begins so. */
function isGift(bytes: Buffer, start: number): boolean {
  for (let index = 0; index < 5; index += 1) if (bytes[start + index] !== FRAME_START[index]) return false;
  return true;
}

/** A client's text frame; its mask is zero, so the payload stays as it is. */
export function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length = payload.byteLength;
  const header = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  header[0] = 0x81;
  if (length < 126) {
    header[1] = 0x80 | length;
  } else {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  }
  return Buffer.concat([header, payload]);
}
