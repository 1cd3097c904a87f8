import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { decodePosition } from '../edge/position.ts';
import { encodeEvent, outgoingOf, textFrame } from './fanout-frame.ts';

/** Exported by ws but not by its types. */
const { Sender } = ws as unknown as { readonly Sender: { frame: (data: Buffer, options: object) => Buffer[] } };

/** What ws itself would put on the wire. */
function framedByWs(text: string): Buffer {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  return Buffer.concat(Sender.frame(Buffer.from(text), options));
}

const record = (message: object) => ({ seq: 12, id: 'e:0', size: 1, message: message as never });

describe('a frame', () => {
  it('is the one that ws would write, for every kind of length', () => {
    for (const text of [
      '',
      'x',
      'x'.repeat(125),
      'x'.repeat(126),
      'x'.repeat(65_535),
      'x'.repeat(65_536),
      '🎁é'.repeat(99),
    ]) {
      expect(textFrame(text).equals(framedByWs(text))).toBe(true);
    }
  });

  it('carries a Socket.IO event with its channel and a position', () => {
    const { packet, frame } = encodeEvent(
      'native',
      'room.42',
      record({ name: 'gift.sent', data: { id: 'g' }, class: 'reliable' }),
    );
    const [name, data, at] = JSON.parse(packet.slice(1));
    expect([packet[0], name, data, at.ch]).toEqual(['2', 'gift.sent', { id: 'g' }, 'room.42']);
    expect(decodePosition(at.off)).toEqual({ seq: 12, id: 'e:0' });
    expect(frame.equals(textFrame(`4${packet}`))).toBe(true);
  });

  it('may be replaced by a newer one only if its message says so', () => {
    expect(
      encodeEvent('native', 'room.1', record({ name: 'gift.sent', data: {}, class: 'reliable' })).conflateKey,
    ).toBeNull();
    const count = encodeEvent(
      'native',
      'room.1',
      record({ name: 'room.participant_count', data: {}, class: 'conflate' }),
    );
    const other = encodeEvent(
      'native',
      'room.2',
      record({ name: 'room.participant_count', data: {}, class: 'conflate' }),
    );
    expect(count.conflateKey).not.toBe(other.conflateKey);
  });

  it('names the channel first and has no position in laravel-echo’s dialect', () => {
    const gift = record({ name: 'gift.sent', data: { id: 'g' }, class: 'reliable' });
    expect(JSON.parse(encodeEvent('echo', 'room.42', gift).packet.slice(1))).toEqual([
      'gift.sent',
      'private-room.42',
      { id: 'g' },
    ]);
    expect(encodeEvent('echo', 'all', gift).packet).toContain('"all"');
  });

  it('is replaced by none of the other dialect', () => {
    const count = record({ name: 'room.participant_count', data: {}, class: 'conflate' });
    expect(encodeEvent('echo', 'all', count).conflateKey).not.toBe(encodeEvent('native', 'all', count).conflateKey);
  });

  it('is made once in each dialect for all members of a channel, even where both are taken in turn', () => {
    const gift = record({ name: 'gift.sent', data: {}, class: 'reliable' });
    const [native, echo] = [outgoingOf('native', 'room.1', gift), outgoingOf('echo', 'room.1', gift)];
    expect(native).not.toBe(echo);
    expect(outgoingOf('native', 'room.1', gift)).toBe(native);
    expect(outgoingOf('echo', 'room.1', gift)).toBe(echo);
    expect(outgoingOf('native', 'room.1', { ...gift })).not.toBe(native);
  });
});
