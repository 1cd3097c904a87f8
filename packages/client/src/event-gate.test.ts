import { expect, test } from 'vitest';
import { eventGate } from './event-gate.ts';

test('what follows an answer comes after whoever awaits it, and in order', async () => {
  const gate = eventGate();
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const awaiting = promise.then(() => Promise.resolve()).then(() => seen.push('answer'));
  gate.pass(() => seen.push('before'));
  resolve();
  gate.pause();
  gate.pass(() => seen.push('first'));
  gate.pause();
  gate.pass(() => seen.push('second'));
  expect(seen).toEqual(['before']);
  await awaiting;
  await new Promise<void>((done) => {
    gate.pass(done);
  });
  gate.pass(() => seen.push('third'));
  expect(seen).toEqual(['before', 'answer', 'first', 'second', 'third']);
});
