import { replay } from '@fanfare/messaging';
import pg from 'pg';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { dataFolder } from '../paths.ts';
import { dataFolderAt } from '../platform/data-folder.ts';
import { runningDatabase } from '../platform/running-database.ts';
import { SERVICES } from '../platform/services.ts';

/**
 * Puts sent events into the producer's outbox again, marked replayed: consumers that are being rebuilt take them in,
 * all others and the edge ignore them. The producer's relay sends them with its next look at the outbox.
 */
export async function run(args: Arguments): Promise<ExitCode> {
  if (args.positionals[0] !== 'replay') throw new UsageError('"replay" is the only thing to do with events');
  const service = serviceOf(args.text('service'));
  const [fromSeq, toSeq] = [sequence('from', args.text('from')), sequence('to', args.text('to'))];
  const subjectPrefix = args.text('subject');
  const folder = dataFolderAt(dataFolder(args.text('data-dir')));
  const connectionString = runningDatabase(folder, service);
  if (connectionString === undefined) {
    console.error(`fanfare: nothing runs in ${folder.path}; start it with "fanfare up"`);
    return EXIT.notReady;
  }
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const range = {
      ...(fromSeq === undefined ? {} : { fromSeq }),
      ...(toSeq === undefined ? {} : { toSeq }),
      ...(subjectPrefix === undefined ? {} : { subjectPrefix }),
    };
    const count = await replay(client, range, (last) => console.error(`fanfare: replayed up to ${last}`));
    console.log(`${count} events of ${service} go out again, marked replayed`);
    return EXIT.ok;
  } finally {
    await client.end();
  }
}

function serviceOf(name: string | undefined): string {
  const producers = SERVICES.filter((service) => service.database).map((service) => service.name);
  if (name !== undefined && producers.includes(name)) return name;
  throw new UsageError(`--service is one of ${producers.join(', ')}`);
}

function sequence(option: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,18}$/.test(text)) throw new UsageError(`--${option} is a sequence, a whole number from 1`);
  return BigInt(text);
}
