import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work done in order', () => {
  it('counts a piece as done only when all before it are', async () => {
    const work = inOrder<number>(10);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    work.add(1, first.promise);
    work.add(2, second.promise);
    second.resolve();
    await turn();
    expect(work.done()).toBeUndefined();
    first.resolve();
    await work.settled();
    expect(work.done()).toBe(2);
  });

  it('makes room only when the oldest has ended', async () => {
    const work = inOrder<number>(2);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    work.add(1, first.promise);
    await work.room();
    work.add(2, second.promise);
    let hasRoom = false;
    const waiting = work.room().then(() => {
      hasRoom = true;
    });
    second.resolve();
    await turn();
    expect(hasRoom).toBe(false);
    first.resolve();
    await waiting;
    expect(hasRoom).toBe(true);
  });

  it('does nothing more after a failure, and counts nothing behind it as done', async () => {
    const work = inOrder<number>(2);
    work.add(1, Promise.resolve());
    work.add(2, Promise.reject(new Error('refused')));
    work.add(3, Promise.resolve());
    await expect(work.settled()).rejects.toThrow('refused');
    await expect(work.room()).rejects.toThrow('refused');
    await turn();
    expect(work.done()).toBe(1);
  });
});
