/** Websocket frames by hand, right and wrong: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameShape {
  readonly opcode: number;
  readonly payload?: Buffer;
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says, if that is not the payload's length. */
  readonly declared?: bigint;
}

const MASK = Buffer.from([0x5a, 0xa5, 0x3c, 0xc3]);

/** As a client sends it unless the shape says otherwise. */
export function clientFrame(shape: FrameShape): Buffer {
  const { opcode, payload = Buffer.alloc(0), fin = true, reserved = 0, masked = true } = shape;
  const length = shape.declared ?? BigInt(payload.length);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const lengthBytes = lengthOf(length);
  lengthBytes[0] = (lengthBytes[0] ?? 0) | (masked ? 0x80 : 0);
  const head = Buffer.concat([Buffer.from([first]), lengthBytes, ...(masked ? [MASK] : [])]);
  return Buffer.concat([head, masked ? mask(payload) : payload]);
}

export const textFrame = (text: string): Buffer => clientFrame({ opcode: OPCODE.text, payload: Buffer.from(text) });

export const messageFrame = (message: string | Buffer): Buffer =>
  typeof message === 'string' ? textFrame(message) : clientFrame({ opcode: OPCODE.binary, payload: message });

function lengthOf(length: bigint): Buffer {
  if (length < 126n) return Buffer.from([Number(length)]);
  const bytes = Buffer.alloc(length < 65_536n ? 3 : 9);
  bytes[0] = length < 65_536n ? 126 : 127;
  if (length < 65_536n) bytes.writeUInt16BE(Number(length), 1);
  else bytes.writeBigUInt64BE(length, 1);
  return bytes;
}

function mask(payload: Buffer): Buffer {
  const masked = Buffer.allocUnsafe(payload.length);
  for (let i = 0; i < payload.length; i += 1) masked[i] = (payload[i] ?? 0) ^ (MASK[i & 3] ?? 0);
  return masked;
}

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Cuts complete frames off the front of what a server has sent; servers do not mask. */
export function takeFrames(bytes: Buffer): { readonly frames: readonly ServerFrame[]; readonly rest: Buffer } {
  const frames: ServerFrame[] = [];
  let rest = bytes;
  for (;;) {
    const length = lengthAt(rest);
    if (length === null || rest.length < length.header + length.payload) return { frames, rest };
    const end = length.header + length.payload;
    frames.push({ opcode: (rest[0] ?? 0) & 0x0f, payload: rest.subarray(length.header, end) });
    rest = rest.subarray(end);
  }
}

/** Of the frame that begins here; null as long as its header is not complete. */
function lengthAt(bytes: Buffer): { readonly header: number; readonly payload: number } | null {
  const short = bytes[1];
  if (short === undefined) return null;
  if (short < 126) return { header: 2, payload: short };
  const header = short === 126 ? 4 : 10;
  if (bytes.length < header) return null;
  return { header, payload: header === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)) };
}
