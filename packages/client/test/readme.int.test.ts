/** The README's programs are complete, and compile against what is here. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { compiler } from './compiler.ts';

const { complaints, stop } = compiler();
afterAll(stop);

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = '']) => program);

test('the programs of the README compile', async () => {
  expect(programs).toHaveLength(3);
  expect(await complaints(programs)).toBe('');
  const [first = ''] = programs;
  expect(await complaints([first.replace('connection.joinRoom(42)', "connection.joinRoom('42')")])).toContain('TS2345');
});

test('the first program has 20 lines, the one without the SDK 10', () => {
  const lines = programs.map((program) => program.split('\n').filter((line) => line.trim() !== '').length);
  expect(lines[0]).toBeLessThanOrEqual(20);
  expect(lines[2]).toBeLessThanOrEqual(10);
});
