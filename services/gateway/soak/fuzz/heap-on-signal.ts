/**
 * Loaded before a gateway that is watched for leaks (`node --expose-gc --import 'heap-on-signal.ts?file=/tmp/x'`): on
 * SIGUSR2 it collects garbage and writes what is left, in bytes, to that file.
 */
import { renameSync, writeFileSync } from 'node:fs';

const file = new URL(import.meta.url).searchParams.get('file');

process.on('SIGUSR2', () => {
  if (file === null || globalThis.gc === undefined) throw new Error('needs a file and --expose-gc');
  // What finalizers and weak references let go of is collected by the next round.
  for (let round = 0; round < 3; round += 1) globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  writeFileSync(`${file}.new`, JSON.stringify({ heapUsed, external, rss }));
  renameSync(`${file}.new`, file);
});
