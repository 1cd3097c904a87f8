/**
 * PostgreSQL arrays in the binary format of the wire (array_recv): for the server several times cheaper to read than
 * array literals, and for us cheaper to make. The driver sends a Buffer as a binary parameter.
 *
 *   int32 dimensions (1) | int32 has nulls | int32 element oid | int32 length | int32 lower bound (1)
 *   per element: int32 bytes, or -1 for null | the element in its own binary format
 */

const OID = { bytea: 17, int8: 20, text: 25, uuid: 2950 } as const;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const INT8_BYTES = 8;
const UUID_BYTES = 16;

export function int8Array<Row>(rows: readonly Row[], column: (row: Row) => bigint): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + rows.length * (LENGTH_BYTES + INT8_BYTES));
  let at = writeHeader(buffer, OID.int8, rows.length);
  // Several times faster than writeBigInt64BE, which takes the number apart in JavaScript.
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  for (const row of rows) {
    view.setInt32(at, INT8_BYTES);
    view.setBigInt64(at + LENGTH_BYTES, column(row));
    at += LENGTH_BYTES + INT8_BYTES;
  }
  return buffer;
}

/** Of UUIDs in their usual text form. */
export function uuidArray<Row>(rows: readonly Row[], column: (row: Row) => string): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + rows.length * (LENGTH_BYTES + UUID_BYTES));
  let at = writeHeader(buffer, OID.uuid, rows.length);
  let lastText = '';
  for (const row of rows) {
    const text = column(row);
    at = buffer.writeInt32BE(UUID_BYTES, at);
    // The entries of a journal come one after the other.
    if (text === lastText) buffer.copyWithin(at, at - UUID_BYTES - LENGTH_BYTES, at - LENGTH_BYTES);
    else buffer.write(text.replaceAll('-', ''), at, 'hex');
    lastText = text;
    at += UUID_BYTES;
  }
  return buffer;
}

export function textArray<Row>(rows: readonly Row[], column: (row: Row) => string | null): Buffer {
  const texts = rows.map(column);
  // A UTF-16 code unit takes at most three bytes in UTF-8.
  const most = texts.reduce((sum, text) => sum + LENGTH_BYTES + (text === null ? 0 : text.length * 3), HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(most);
  let at = writeHeader(buffer, OID.text, texts.length);
  for (const text of texts) {
    const bytes = text === null ? -1 : buffer.write(text, at + LENGTH_BYTES, 'utf8');
    buffer.writeInt32BE(bytes, at);
    at += LENGTH_BYTES + Math.max(bytes, 0);
  }
  return buffer.subarray(0, at);
}

export function byteaArray<Row>(rows: readonly Row[], column: (row: Row) => Buffer): Buffer {
  const elements = rows.map(column);
  const total = elements.reduce((sum, bytes) => sum + LENGTH_BYTES + bytes.length, HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(total);
  let at = writeHeader(buffer, OID.bytea, elements.length);
  for (const bytes of elements) {
    at = buffer.writeInt32BE(bytes.length, at);
    at += bytes.copy(buffer, at);
  }
  return buffer;
}

function writeHeader(buffer: Buffer, oid: number, length: number): number {
  let at = buffer.writeInt32BE(1, 0);
  // "May have nulls" would only cost the server a look.
  at = buffer.writeInt32BE(1, at);
  at = buffer.writeInt32BE(oid, at);
  at = buffer.writeInt32BE(length, at);
  return buffer.writeInt32BE(1, at);
}
