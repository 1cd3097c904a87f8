/**
 * Loaded before a gateway that is watched for leaks (`node --expose-gc --import`): on SIGUSR2 it collects garbage and
 * writes what is left, in bytes, to the file that HEAP_FILE names.
 */
import { renameSync, writeFileSync } from 'node:fs';

process.on('SIGUSR2', () => {
  const file = process.env['HEAP_FILE'];
  if (file === undefined || globalThis.gc === undefined) throw new Error('needs HEAP_FILE and --expose-gc');
  // What finalizers and weak references let go of is collected by the next round.
  for (let round = 0; round < 3; round += 1) globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  writeFileSync(`${file}.new`, JSON.stringify({ heapUsed, external, rss }));
  renameSync(`${file}.new`, file);
});
