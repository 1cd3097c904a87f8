/** Commands that are a choice of programs: `bench NAME`, `soak NAME`. A program is one entry in its table. */
import type { Arguments, Command } from './command-line.ts';
import { type ExitCode, UsageError } from './exit-codes.ts';
import { ensureGenerated } from './generate.ts';

export type Program = () => Promise<{ run: (args: Arguments) => Promise<ExitCode> }>;

/** The command, as soon as there is a program for it. `prepare` runs before a program's module is loaded. */
export function programs(
  command: Pick<Command, 'name' | 'summary' | 'options'>,
  table: Readonly<Record<string, Program>>,
  prepare: () => Promise<void> = ensureGenerated,
): readonly Command[] {
  const names = Object.keys(table).sort();
  if (names.length === 0) return [];
  const run = async (args: Arguments): Promise<ExitCode> => {
    const name = args.positionals[0] ?? '';
    const program = Object.hasOwn(table, name) ? table[name] : undefined;
    if (program === undefined)
      throw new UsageError(`there is no ${command.name} "${name}"; there are ${names.join(', ')}`);
    await prepare();
    return (await program()).run(args);
  };
  return [{ ...command, positionals: ['NAME'], load: async () => ({ run }) }];
}
