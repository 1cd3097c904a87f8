/**
 * Loaded into a measured process with `--expose-gc --import`: at SIGUSR2 it collects garbage and writes what memory is
 * left in use to the file named by the query of its own URL.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const file = new URL(import.meta.url).searchParams.get('file') ?? '';
const collect = (globalThis as { readonly gc?: () => void }).gc;

/** V8 drops the code of functions that were not used between some of them: of all that ran at the start only. */
const COLLECTIONS = 12;

async function measure(): Promise<void> {
  for (let times = 0; times < COLLECTIONS; times += 1) {
    collect?.();
    await delay(20);
  }
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
}

process.on('SIGUSR2', () => void measure());
