/**
 * An engine with callers in a process of its own: `node gift-process.ts DATABASE_URL SEED`. Told `{callers, seconds}` it
 * posts gifts for so long and answers `{gifts, seconds}`; it says `ready` first. Ends when its parent does.
 */
import { giftSource } from './gifts.ts';
import { openEngine, postAccepted } from './ledger-database.ts';
import { closedLoop } from './load.ts';

export interface Order {
  readonly callers: number;
  readonly seconds: number;
}

export interface Done {
  readonly gifts: number;
  readonly seconds: number;
}

const [databaseUrl, seed] = process.argv.slice(2);
if (databaseUrl === undefined || seed === undefined) throw new Error('usage: gift-process.ts DATABASE_URL SEED');
const { engine } = await openEngine(databaseUrl);
const next = giftSource(Number(seed));

process.on('message', ({ callers, seconds }: Order) => {
  closedLoop(callers, seconds, () => postAccepted(engine, next())).then(
    ({ latencies, elapsed }) => process.send?.({ gifts: latencies.length, seconds: elapsed } satisfies Done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
