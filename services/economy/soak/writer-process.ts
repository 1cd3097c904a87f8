/**
 * A writer in a process of its own, to be frozen and killed: `node writer-process.ts DATABASE_URL WRITER CALLERS
 * REST_MS SEED`. Tells its parent the numbers of the payments that were acknowledged, in bundles; after `stop` it sends
 * `stopped` behind the last of them. Ends when its parent does.
 */
import { seededRandom } from '@fanfare/testing/chance';
import { openEngine } from '../bench/ledger-database.ts';
import { startSending } from './sender.ts';

export type WriterMessage = { readonly acked: readonly number[] } | 'ready' | 'stopped';

const BUNDLE_EVERY_MS = 10;

const [databaseUrl, ...rest] = process.argv.slice(2);
const [writer, callers, restMs, seed] = rest.map(Number);
if (databaseUrl === undefined || writer === undefined || callers === undefined || restMs === undefined) {
  throw new Error('usage: writer-process.ts DATABASE_URL WRITER CALLERS REST_MS SEED');
}
const tell = (message: WriterMessage): void => {
  process.send?.(message);
};

const { engine } = await openEngine(databaseUrl);
let acked: number[] = [];
const flush = (): void => {
  if (acked.length > 0) tell({ acked });
  acked = [];
};
setInterval(flush, BUNDLE_EVERY_MS);
const random = seededRandom(seed ?? writer);
const sending = startSending({ engine, writer, callers, restMs, random, onAcked: (number) => void acked.push(number) });

process.once('disconnect', () => process.exit(0));
process.once('message', async () => {
  await sending.stop();
  flush();
  tell('stopped');
});
tell('ready');
