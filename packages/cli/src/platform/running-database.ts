import { readFileSync } from 'node:fs';
import { currentSupervisor, type DataFolder, readState } from './data-folder.ts';
import { addressOf } from './databases.ts';

/** A service's own database, as the running platform uses it; undefined when nothing runs there. */
export function runningDatabase(folder: DataFolder, service: string): string | undefined {
  const server = currentSupervisor(folder) === undefined ? undefined : readState(folder)?.infrastructure?.postgres.url;
  if (server === undefined) return undefined;
  const passwords = JSON.parse(readFileSync(folder.passwords, 'utf8')) as Record<string, string>;
  return addressOf(server, service, passwords[service] ?? '');
}
