import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textFrame } from '../src/socket/fanout-frame.ts';
import { FrameReader, maskedFrame } from './frame-reader.ts';
import { giftBodies, stampAt, stampOfBody } from './gift-message.ts';

const giftFrame = (n: number, extra: number): Buffer => {
  const { name, data } = JSON.parse(giftBodies(extra)(n)) as { name: string; data: unknown };
  return textFrame(`42${JSON.stringify([name, data, { ch: 'room.1', off: 'abc' }])}`);
};

function readIn(chunks: readonly Buffer[]) {
  const seen: (number | string)[] = [];
  const reader = new FrameReader({
    gift: (bytes, start) => seen.push(stampAt(bytes, start).n),
    text: (payload) => seen.push(payload),
    closed: () => seen.push('closed'),
  });
  for (const chunk of chunks) reader.read(chunk);
  return seen;
}

const CLOSE_FRAME = Buffer.from([0x88, 0x02, 0x03, 0xe8]);

test('whatever way the bytes are cut, every frame is seen once and in order', () => {
  const frame = fc.oneof(
    fc
      .tuple(fc.nat(), fc.constantFrom(0, 1, 4000, 70_000))
      .map(([n, extra]) => ({ seen: n, bytes: giftFrame(n, extra) })),
    fc.constantFrom('2', '40{"sid":"a"}', '42["session",{}]').map((text) => ({ seen: text, bytes: textFrame(text) })),
    fc.string({ minLength: 1, maxLength: 300 }).map((text) => ({ seen: `43${text}`, bytes: textFrame(`43${text}`) })),
    fc.constant({ seen: 'closed', bytes: CLOSE_FRAME }),
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 5000 })), (frames, sizes) => {
      const all = Buffer.concat(frames.map(({ bytes }) => bytes));
      const chunks: Buffer[] = [];
      let offset = 0;
      for (const size of sizes) {
        chunks.push(all.subarray(offset, offset + size));
        offset += size;
      }
      chunks.push(all.subarray(offset));
      expect(readIn(chunks)).toEqual(frames.map(({ seen }) => seen));
    }),
    { numRuns: 100 },
  );
});

test('the moment of publishing is found in the body and in the frame alike', () => {
  const body = Buffer.from(giftBodies()(42));
  const { n, at } = stampOfBody(body);
  expect(n).toBe(42);
  expect(JSON.parse(body.toString()).data.at).toBe(at);
});

test('a frame of a client says that it is masked, with a mask that changes nothing', () => {
  expect(maskedFrame('3')).toEqual(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x33]));
  const long = maskedFrame('x'.repeat(300));
  expect([...long.subarray(0, 8)]).toEqual([0x81, 0xfe, 0x01, 0x2c, 0, 0, 0, 0]);
  expect(long.byteLength).toBe(308);
});
