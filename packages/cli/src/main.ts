import { runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';

// exitCode and not exit(): what was written to a pipe must arrive.
process.exitCode = await runCommandLine(COMMANDS, process.argv.slice(2));
