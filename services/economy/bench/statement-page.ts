/** How long a page of the statement takes that has the most entries of all. */
import { openDatabase } from '@fanfare/database';
import { silentLogger } from '@fanfare/kit';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import type { AccountId } from '../src/ledger/accounts.ts';
import { readStatement } from '../src/wallets/wallet-store.ts';

export interface StatementPage {
  /** Of the account whose pages these are. */
  readonly entries: number;
  /** Milliseconds for 100 lines, the newest and then from anywhere in it. */
  readonly first_ms: number;
  readonly p50_ms: number;
  readonly max_ms: number;
}

const PAGES = 100;
const LINES = 100;

export async function measureStatementPage(databaseUrl: string): Promise<StatementPage> {
  await using opened = new AsyncDisposableStack();
  const database = openDatabase({ url: databaseUrl, poolSize: 2, log: silentLogger });
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  opened.defer(async () => {
    await prisma.$disconnect();
    await database.stop?.();
  });
  const busiest = await prisma.account.findFirstOrThrow({ orderBy: { seq: 'desc' } });
  const entries = Number(busiest.seq);
  const read = async (from: bigint): Promise<number> => {
    const began = performance.now();
    const { lines } = await readStatement(prisma, [busiest.id as AccountId], [from], LINES);
    if (lines.length !== LINES) throw new Error(`a page of ${lines.length} lines`);
    return performance.now() - began;
  };
  const first = await read(busiest.seq + 1n);
  const times: number[] = [];
  // Evenly over the whole statement, from the newest to the oldest.
  for (let page = 0; page < PAGES; page += 1) {
    times.push(await read(busiest.seq - BigInt(Math.floor(((entries - 2 * LINES) * page) / PAGES))));
  }
  times.sort((a, b) => a - b);
  return { entries, first_ms: first, p50_ms: times[PAGES / 2] ?? 0, max_ms: times.at(-1) ?? 0 };
}
