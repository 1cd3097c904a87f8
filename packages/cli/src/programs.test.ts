import { expect, it, vi } from 'vitest';
import { runCommandLine } from './command-line.ts';
import { programs } from './programs.ts';

const head = { name: 'bench', summary: 'Measures.', options: { json: { type: 'boolean', help: '' } } } as const;
const commands = programs(
  head,
  {
    ledger: async () => ({ run: async (args) => (args.flag('json') ? 0 : 1) }),
  },
  async () => {},
);

it('runs the program that is named, with the options of the command', async () => {
  expect(await runCommandLine(commands, ['bench', 'ledger', '--json'])).toBe(0);
  expect(await runCommandLine(commands, ['bench', 'ledger'])).toBe(1);
});

it.each([['nothing'], ['toString'], []])('ends with 2 and the names that exist for "%s"', async (...name) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(await runCommandLine(commands, ['bench', ...name])).toBe(2);
  expect(said.mock.calls.flat().join()).toMatch(name.length === 0 ? /NAME is missing/ : /there are ledger/);
  said.mockRestore();
});

it('is no command while there is no program', () => {
  expect(programs(head, {})).toEqual([]);
});
