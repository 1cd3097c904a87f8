import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Arguments, type Command, parse, runCommandLine } from './command-line.ts';
import { Failure, UsageError } from './exit-codes.ts';

let ran: Arguments | undefined;
const command: Command = {
  name: 'up',
  summary: 'starts',
  positionals: ['NAME', '[area]'],
  options: { port: { type: 'string', value: 'N', help: 'the port' }, json: { type: 'boolean', help: 'for programs' } },
  load: async () => ({
    run: async (args) => {
      ran = args;
      if (args.positionals[0] === 'wrong') throw new UsageError('NAME must not be wrong');
      if (args.positionals[0] === 'broken') throw new Failure('the disk is full: make room');
      return 0;
    },
  }),
};
const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
const output = vi.spyOn(console, 'log').mockImplementation(() => {});
afterEach(() => {
  errors.mockClear();
  output.mockClear();
});
const said = (): string => errors.mock.calls.flat().join('\n');

describe('arguments', () => {
  it('gives options in any place and tells absent ones apart', () => {
    const args = parse(command, ['--port', '80', 'x']);
    expect([args.text('port'), args.flag('json'), args.positionals]).toEqual(['80', false, ['x']]);
    expect(parse(command, ['x', '--json']).text('port')).toBeUndefined();
  });

  it.each([
    [['x', '--prot', '80'], /--prot/],
    [['x', '--port'], /--port/],
    [['x', '--json=yes'], /--json/],
    [[], /NAME is missing/],
    [['x', 'y', 'z'], /"z" is one word too many/],
  ])('refuses %j', (argv, message) => {
    expect(() => parse(command, argv)).toThrow(message);
    expect(() => parse(command, argv)).toThrow(UsageError);
  });
});

describe('exit codes', () => {
  it('runs the command and ends with its code', async () => {
    expect(await runCommandLine([command], ['up', 'x', '--json'])).toBe(0);
    expect(ran?.flag('json')).toBe(true);
  });

  it('2 with the usage for a wrong command, flag or value', async () => {
    expect(await runCommandLine([command], ['pu'])).toBe(2);
    expect(await runCommandLine([command], ['up', 'x', '--nope'])).toBe(2);
    expect(said()).toContain('usage: fanfare up NAME [area] [--port N] [--json]');
    expect(await runCommandLine([command], ['up', 'wrong'])).toBe(2);
    expect(await runCommandLine([command], [])).toBe(2);
    expect(output).not.toHaveBeenCalled();
  });

  it('1 with what to do, and no stack, for a failure that was foreseen', async () => {
    expect(await runCommandLine([command], ['up', 'broken'])).toBe(1);
    expect(said()).toBe('fanfare: the disk is full: make room');
  });

  it('0 with the usage when help is asked for', async () => {
    expect(await runCommandLine([command], ['up', '--help'])).toBe(0);
    expect(await runCommandLine([command], ['help'])).toBe(0);
  });
});
