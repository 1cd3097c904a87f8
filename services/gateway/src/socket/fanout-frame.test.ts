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

  it('is made once for all members of a channel', () => {
    const gift = record({ name: 'gift.sent', data: {}, class: 'reliable' });
    expect(outgoingOf('native', 'room.1', gift)).toBe(outgoingOf('native', 'room.1', gift));
    expect(outgoingOf('native', 'room.1', { ...gift })).not.toBe(outgoingOf('native', 'room.1', gift));
  });
});
