import { describe, expect, it } from 'vitest';
import { EMPTY } from './batch.ts';
import { encodeEvent, type Outgoing } from './fanout-frame.ts';

const outgoing = (name: string, kind: 'reliable' | 'conflate' = 'reliable'): Outgoing =>
  encodeEvent('native', 'room.1', { seq: 1, id: 'x', size: 1, message: { name, data: null, class: kind } });

describe('a batch', () => {
  it('has its messages in order, as one buffer', () => {
    const messages = ['a', 'b', 'c'].map((name) => outgoing(name));
    const batch = messages.reduce((before, each) => before.with(each), EMPTY);
    expect(batch.messages()).toEqual(messages);
    expect(batch.packets()[0].options.wsPreEncodedFrame).toEqual([Buffer.concat(messages.map(({ frame }) => frame))]);
    expect(batch.bytes).toBe(batch.packets()[0].options.wsPreEncodedFrame?.[0]?.byteLength);
    expect([EMPTY.isEmpty, EMPTY.messages(), batch.isEmpty]).toEqual([true, [], false]);
  });

  it('is the same for all that wait for the same, and put together once', () => {
    const [a, b] = [outgoing('a'), outgoing('b')];
    expect(EMPTY.with(a).with(b)).toBe(EMPTY.with(a).with(b));
    expect(EMPTY.with(a).with(b).packets()).toBe(EMPTY.with(a).with(b).packets());
  });

  it('is another one for who has had something else in between', () => {
    const [a, b, c] = [outgoing('a'), outgoing('b'), outgoing('c')];
    const both = EMPTY.with(a).with(b).with(c);
    const one = EMPTY.with(a).with(c);
    expect([both.messages(), one.messages()]).toEqual([
      [a, b, c],
      [a, c],
    ]);
    expect(EMPTY.with(a).with(b).with(c).messages()).toEqual([a, b, c]);
  });

  it('keeps of what replaces itself the newest, at its own place', () => {
    const [first, gift, second] = [outgoing('count', 'conflate'), outgoing('gift'), outgoing('count', 'conflate')];
    const batch = EMPTY.with(first).with(gift).with(second);
    expect(batch.messages()).toEqual([gift, second]);
    expect(batch.bytes).toBe(gift.frame.byteLength + second.frame.byteLength);
    expect(EMPTY.with(first).with(gift).with(second)).toBe(batch);
  });
});
