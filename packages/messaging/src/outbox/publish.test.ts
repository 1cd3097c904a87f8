import { describe, expect, it } from 'vitest';
import { type Publish, publishWindow } from './publish.ts';

const event = (id: string) => ({
  id,
  messageId: `m${id}`,
  subject: 'evt.shop.item.moved.v1',
  headers: '{}',
  payload: '{}',
});
const events = ['1', '2', '3', '4'].map(event);

describe('a window', () => {
  it('is sent as a whole, each event after the one before it', async () => {
    const expected: number[] = [];
    const publish: Publish = async (_, lastSeq) => {
      expected.push(lastSeq);
      return lastSeq + 1;
    };
    const { placed, failure } = await publishWindow(publish, events, 10);
    expect(expected).toEqual([10, 11, 12, 13]);
    expect(placed.map((row) => row.streamSeq)).toEqual([11, 12, 13, 14]);
    expect(failure).toBeUndefined();
  });

  it('counts up to its first failure, although later events may be in the stream', async () => {
    const publish: Publish = async ({ id }, lastSeq) => {
      if (id === '3') throw new Error('the answer was lost');
      return lastSeq + 1;
    };
    const { placed, failure } = await publishWindow(publish, events, 10);
    expect(placed).toEqual([
      { id: '1', streamSeq: 11 },
      { id: '2', streamSeq: 12 },
    ]);
    expect(failure).toMatchObject({ message: 'the answer was lost' });
  });

  it('ends at an event that the stream had already, and notes where', async () => {
    const publish: Publish = async ({ id }, lastSeq) => (id === '2' ? 7 : lastSeq + 1);
    const { placed, failure } = await publishWindow(publish, events, 10);
    expect(placed).toEqual([
      { id: '1', streamSeq: 11 },
      { id: '2', streamSeq: 7 },
    ]);
    expect(failure).toMatchObject({ message: expect.stringContaining('m2 was in the stream already, at 7') });
  });
});
