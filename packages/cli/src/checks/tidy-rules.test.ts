import { describe, expect, it } from 'vitest';
import { ratchet } from './tidy.ts';
import { namesRegistry, tidySource } from './tidy-rules.ts';

const texts = (path: string, source: string): string[] => tidySource(path, source).map((problem) => problem.text);
const lines = (count: number, line = '  work();'): string => `${line}\n`.repeat(count);

describe('a source file', () => {
  it('may have 300 lines and no more', () => {
    expect(texts('a/b.ts', lines(300))).toEqual([]);
    expect(texts('a/b.ts', lines(301))).toEqual(['a/b.ts has 301 lines, more than 300: split it']);
  });

  it.each(['a/utils.ts', 'a/helpers/b.ts', 'a/types.ts', 'util.ts'])('may not be named %s', (path) => {
    expect(texts(path, '')).toEqual([`${path}: name the file for what is in it`]);
  });

  it('may have a name that contains such a word', () => {
    expect(texts('a/token-types-of-old.ts', '')).toEqual([]);
  });

  it('reads the environment only where configuration is made', () => {
    const source = 'const level = process.env.LOG_LEVEL;';
    expect(texts('services/a/src/rpc.ts', source)).toHaveLength(1);
    expect(texts('services/a/src/main.ts', source)).toEqual([]);
    expect(texts('packages/database/src/migrate-main.ts', source)).toEqual([]);
  });
});

describe('a function', () => {
  it('may have 70 lines and no more, whatever its form', () => {
    expect(texts('a.ts', `function long() {\n${lines(68)}}\n`)).toEqual([]);
    expect(texts('a.ts', `function long() {\n${lines(69)}}\n`)).toEqual([
      'a.ts:1 long has 71 lines, more than 70: take it apart',
    ]);
    expect(texts('a.ts', `const f = async (): Promise<void> => {\n${lines(69)}};\n`)).toHaveLength(1);
    expect(texts('a.ts', `class A {\n  method<T>(t: T) {\n${lines(69)}  }\n}\n`)).toHaveLength(1);
  });

  it('that is a suite of tests may be longer, but not a test in it', () => {
    expect(texts('a.test.ts', `describe('x', () => {\n${lines(50, "  it('z', f);\n  g();")}});\n`)).toEqual([]);
    expect(texts('a.test.ts', `describe('x', () => {\n  it('y', () => {\n${lines(100)}  });\n});\n`)).toHaveLength(1);
  });
});

it('finds a registry in any text', () => {
  expect(namesRegistry(`resolved "https://${['registry', 'npmjs', 'org'].join('.')}/x"`)).toBe(true);
  expect(namesRegistry('a registry of things')).toBe(false);
});

describe('the ratchet', () => {
  const problem = (size: number) => ({ key: 'a.ts long', size, text: `long has ${size} lines` });

  it('lets what was there before be, but not grow', () => {
    expect(ratchet([problem(90)], { 'a.ts long': 90 })).toEqual([]);
    expect(ratchet([problem(91)], { 'a.ts long': 90 })).toEqual(['long has 91 lines']);
    expect(ratchet([problem(71)], {})).toEqual(['long has 71 lines']);
  });

  it('never lets loose what has become better', () => {
    expect(ratchet([problem(80)], { 'a.ts long': 90 })).toEqual([
      'a.ts long: now 80, lower it from 90 in the baseline',
    ]);
    expect(ratchet([], { 'a.ts long': 90 })).toEqual(['a.ts long: now fine, remove it from the baseline']);
  });
});
