import { describe, expect, it } from 'vitest';
import { isWellFormed, parser } from './parser.ts';

/** What a decoder makes of messages, or `refused`. */
function decode(...messages: readonly unknown[]): unknown {
  const decoded: unknown[] = [];
  const decoder = new parser.Decoder();
  decoder.on('decoded', (packet) => void decoded.push(packet));
  try {
    for (const message of messages) decoder.add(message);
  } catch {
    return 'refused';
  }
  return decoded;
}

describe('a packet', () => {
  it('of an event has a name and few arguments', () => {
    expect(decode('27["chat.send",{"id":"a"}]')).toEqual([
      { type: 2, nsp: '/', id: 7, data: ['chat.send', { id: 'a' }] },
    ]);
    expect(decode(`2["x"${',0'.repeat(15)}]`)).toHaveLength(1);
    for (const message of ['2', '27', '2[1]', '2[]', `2["x"${',0'.repeat(16)}]`, `2["x"${',0'.repeat(60_000)}]`]) {
      expect(decode(message)).toBe('refused');
    }
  });

  it('of an answer has few arguments', () => {
    expect(decode('37[1,2]')).toHaveLength(1);
    expect(decode('37')).toBe('refused');
    expect(decode(`37[0${',0'.repeat(60_000)}]`)).toBe('refused');
  });

  it('with attachments is looked at once they are there', () => {
    const placeholder = '{"_placeholder":true,"num":0}';
    expect(decode(`51-["x",${placeholder}]`, Buffer.from('a'))).toMatchObject([{ data: ['x', Buffer.from('a')] }]);
    expect(decode(`51-[1,${placeholder}]`, Buffer.from('a'))).toBe('refused');
  });

  it('that is far too large is passed on unread if it is an event, and refused if it is not', () => {
    const text = `27["chat.send",{"text":"${'x'.repeat(200_000)}"`;
    expect(decode(text)).toEqual([{ type: 2, nsp: '/', id: 7, data: ['chat.send', text] }]);
    expect(decode(`2["chat.send"${',0'.repeat(200_000)}]`)).toMatchObject([
      { data: ['chat.send', expect.any(String)] },
    ]);
    for (const head of ['0{"token":"', '3["', '2/admin,["x","', '2[1,"', '51-["x","']) {
      expect(decode(`${head}${'x'.repeat(200_000)}"]`)).toBe('refused');
    }
  });

  it('of another type passes', () => {
    expect(isWellFormed({ type: 0, data: { token: 'x' } })).toBe(true);
    expect(isWellFormed({ type: 1, data: undefined })).toBe(true);
  });
});
