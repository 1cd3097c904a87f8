/** Arguments in, exit code out. Strict: what is not declared by the command is refused with its usage. */
import { parseArgs } from 'node:util';
import { EXIT, type ExitCode, Failure, UsageError } from './exit-codes.ts';

interface Option {
  readonly type: 'string' | 'boolean';
  /** Shown in the usage: the value's form, or nothing for a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface Arguments {
  readonly positionals: readonly string[];
  /** The option's value, or undefined when it was not given. */
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Forms of what comes after the name, such as `[area]`; the last may be left out when it is in brackets. */
  readonly positionals?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  /** Loads the command's module only when it runs: others may need code that is not generated yet. */
  readonly load: () => Promise<{ run: (args: Arguments) => Promise<ExitCode> }>;
}

/** Runs the command that `argv` names and resolves to the exit code. Never rejects. */
export async function runCommandLine(commands: readonly Command[], argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const write = name === undefined ? console.error : console.log;
    write(overview(commands));
    return name === undefined ? EXIT.wrongUsage : EXIT.ok;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    console.error(`fanfare: there is no command "${name}"\n\n${overview(commands)}`);
    return EXIT.wrongUsage;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(usage(command));
    return EXIT.ok;
  }
  try {
    const args = parse(command, rest);
    const { run } = await command.load();
    return await run(args);
  } catch (error) {
    return explain(command, error);
  }
}

/** @throws UsageError naming the argument that is not known or lacks its value */
export function parse(command: Command, argv: readonly string[]): Arguments {
  const declared = command.options ?? {};
  const options = Object.fromEntries(Object.entries(declared).map(([key, { type }]) => [key, { type }]));
  const forms = command.positionals ?? [];
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    const required = forms.filter((form) => !form.startsWith('[')).length;
    if (positionals.length < required) throw new UsageError(`${forms[positionals.length]} is missing`);
    if (positionals.length > forms.length) throw new UsageError(`"${positionals[forms.length]}" is one word too many`);
    return {
      positionals,
      text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
      flag: (name) => values[name] === true,
    };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split('. ')[0] ?? error.message);
    throw error;
  }
}

/** The option as a whole number, or what it is without. @throws UsageError for anything else, or less than `least` */
export function wholeNumber(args: Arguments, name: string, otherwise: number, least = 1): number {
  const number = Number(args.text(name) ?? otherwise);
  if (Number.isInteger(number) && number >= least) return number;
  throw new UsageError(`--${name} is a whole number from ${least} on`);
}

function explain(command: Command, error: unknown): ExitCode {
  if (error instanceof UsageError) {
    console.error(`fanfare ${command.name}: ${error.message}\n\n${usage(command)}`);
    return EXIT.wrongUsage;
  }
  console.error(error instanceof Failure ? `fanfare: ${error.message}` : error);
  return EXIT.failed;
}

function usage(command: Command): string {
  const options = Object.entries(command.options ?? {});
  const forms = options.map(([name, option]) => `--${name}${option.value === undefined ? '' : ` ${option.value}`}`);
  const width = Math.max(0, ...forms.map((form) => form.length));
  return [
    `usage: fanfare ${[command.name, ...(command.positionals ?? []), ...forms.map((form) => `[${form}]`)].join(' ')}`,
    command.summary,
    ...options.map(([, option], index) => `  ${(forms[index] ?? '').padEnd(width)}  ${option.help}`),
  ].join('\n');
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'usage: fanfare COMMAND [options]   (fanfare COMMAND --help tells its options)',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
  ].join('\n');
}
