import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, Failure, UsageError } from '../exit-codes.ts';
import { dataFolder } from '../paths.ts';
import { dataFolderAt } from '../platform/data-folder.ts';
import { SERVICES } from '../platform/services.ts';
import { ALL_IN_ONE } from '../platform/topology.ts';

const SERVERS = ['postgres', 'nats', 'redis', 'supervisor'];
const FOLLOW_EVERY_MS = 250;

interface Source {
  readonly file: string;
  /** Which of its lines are wanted. */
  readonly wanted: (line: string) => boolean;
}

export async function run(args: Arguments): Promise<ExitCode> {
  const folder = join(dataFolderAt(dataFolder(args.text('data-dir'))).path, 'logs');
  if (!existsSync(folder)) throw new Failure(`there are no logs in ${folder}; "fanfare up" writes them`);
  const all = readdirSync(folder).filter((name) => name.endsWith('.log'));
  const sources = sourcesFor(args.positionals[0], all).map((source) => ({
    ...source,
    file: join(folder, source.file),
  }));
  const reached = new Map<string, number>();
  do {
    for (const source of sources) reached.set(source.file, await print(source, reached.get(source.file) ?? 0));
    if (args.flag('follow')) await delay(FOLLOW_EVERY_MS);
  } while (args.flag('follow'));
  return EXIT.ok;
}

/** The files that hold a service's lines: its own, and of the one that all share the lines that name it. */
export function sourcesFor(name: string | undefined, files: readonly string[]): readonly Source[] {
  const everything = (): boolean => true;
  if (name === undefined) return files.map((file) => ({ file, wanted: everything }));
  const known = [...SERVICES.map((service) => service.name), ...SERVERS];
  if (!known.includes(name)) throw new UsageError(`there is no "${name}"; there are ${known.join(', ')}`);
  return files.flatMap((file) => {
    const owner = basename(file, '.log').replace(/-\d+$/, '');
    if (owner === name) return [{ file, wanted: everything }];
    return owner === ALL_IN_ONE ? [{ file, wanted: (line: string) => line.includes(`"service":"${name}"`) }] : [];
  });
}

/** Prints from a position on. @returns the position after the last line */
async function print(source: Source, from: number): Promise<number> {
  const { size } = statSync(source.file);
  if (size <= from) return size < from ? 0 : from; // it was rotated away, or has nothing new
  const lines = createInterface({ input: createReadStream(source.file, { start: from, end: size - 1 }) });
  for await (const line of lines) if (source.wanted(line)) process.stdout.write(`${line}\n`);
  return size;
}
