/**
 * What is sent in every load: a gift of 330 bytes with its number in the room and the moment of its publishing, which
 * both readers find without parsing: those of the sockets and those of the bus.
 */
import { newId } from '@fanfare/kit';

const EVENT = 'gift.sent';

/** A client's frame begins so; then the number, a comma, `"at":`, the moment and another comma. */
export const FRAME_START = Buffer.from(`42["${EVENT}",{"n":`);
const BODY_START = Buffer.from(`{"name":"${EVENT}","data":{"n":`);
const AT = ',"at":'.length;
const COMMA = 0x2c;
const ZERO = 0x30;

/** The number and the moment have at most so many bytes behind the start: a frame is told by its first ones. */
export const STAMP_BYTES = 40;

const rest = {
  id: newId(),
  room_id: 41_977,
  sender_id: 80_123,
  recipient_ids: [80_124, 80_125],
  gift_id: 12,
  quantity: 1,
  price: '100.00',
  total_cost: '200.00',
  combo_id: newId(),
  combo_count: 7,
  sent_at: new Date(0).toISOString(),
};

/** @param extra bytes of text that make the message larger */
export function giftBodies(extra = 0): (n: number) => string {
  const more = extra === 0 ? rest : { ...rest, note: 'x'.repeat(extra) };
  const ending = `,${JSON.stringify(more).slice(1)},"class":"reliable"}`;
  return (n) => `${BODY_START}${n},"at":${nowUs()}${ending}`;
}

/** Microseconds of the clock that all processes of the machine share. */
export const nowUs = (): number => Math.round(Number(process.hrtime.bigint() / 1000n));

export interface Stamp {
  readonly n: number;
  readonly at: number;
}

/** @param start where the number begins */
export function stampAt(bytes: Uint8Array, start: number): Stamp {
  let [n, at] = [0, 0];
  let index = start;
  for (; bytes[index] !== COMMA; index += 1) n = n * 10 + (bytes[index] ?? ZERO) - ZERO;
  for (index += AT; bytes[index] !== COMMA; index += 1) at = at * 10 + (bytes[index] ?? ZERO) - ZERO;
  return { n, at };
}

export const stampOfBody = (body: Uint8Array): Stamp => stampAt(body, BODY_START.byteLength);
