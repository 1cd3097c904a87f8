/**
 * Proves that a ledger is what its entries say, beside a running service: every balance rebuilt from its entries, every
 * running balance, debits equal to credits, the hash chain over everything that was posted, and every hold rebuilt from
 * its journals.
 *
 *   pin -> chain and entries (one connection) -> holds -> counts
 *       -> accounts (another one)             ->
 *
 * The first statement pins the last batch and the counts of that moment. After that rows are read that never change
 * again, or that one short statement can compare; nothing is locked.
 */
import type pg from 'pg';
import { LedgerProblem } from './ledger-problem.ts';
import { verifyAccounts } from './verify-accounts.ts';
import { verifyChain } from './verify-chain.ts';
import { verifyHolds } from './verify-holds.ts';
import { checkPin, readPin } from './verify-pin.ts';
import { openVerifySession } from './verify-session.ts';

export interface VerifyOptions {
  /** Reading is enough; direct connections or pooled ones. Two are opened. */
  readonly databaseUrl: string;
  /** Called now and then with the entries looked at and how many there are to look at. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly journals: number;
  readonly entries: number;
  /** The first broken thing by name, or null. */
  readonly firstProblem: string | null;
}

/** @throws when the database cannot be read; a broken ledger is a result and not an error */
export async function verifyLedger({ databaseUrl, onProgress }: VerifyOptions): Promise<VerifyResult> {
  await using sessions = new AsyncDisposableStack();
  const open = async (): Promise<pg.Client> => {
    const client = await openVerifySession(databaseUrl);
    sessions.defer(() => client.end());
    return client;
  };
  const [first, second] = [await open(), await open()];
  const pin = await readPin(first);
  if (pin === null) return { ok: false, journals: 0, entries: 0, firstProblem: 'ledger_head has no row' };
  const [journals, entries] = [Number(pin.journals), Number(pin.entries)];
  const posted = await firstProblemOf(
    [
      (tell) => verifyChain(first, { batch: BigInt(pin.batch), hash: pin.hash }, tell),
      (tell) => verifyAccounts(second, () => tell(0)),
    ],
    (done) => onProgress?.(done, entries),
  );
  const held = async (): Promise<void> => {
    await verifyHolds(first, BigInt(pin.batch));
    checkPin(pin);
  };
  const firstProblem = posted ?? (await firstProblemOf([held], () => undefined));
  return { ok: firstProblem === null, journals, entries, firstProblem };
}

/** A pass over the ledger; it tells now and then how many entries it has looked at. */
type Pass = (tell: (entries: number) => void) => Promise<void>;

/** Ends a pass when another one has found a problem. */
class Stopped extends Error {}

/**
 * Runs passes at the same time; one that fails ends the others.
 * @param onProgress gets the entries that all of them have looked at
 */
async function firstProblemOf(passes: readonly Pass[], onProgress: (entries: number) => void): Promise<string | null> {
  const done = passes.map(() => 0);
  let failed = false;
  const results = await Promise.allSettled(
    passes.map(async (pass, index) => {
      try {
        await pass((entries) => {
          if (failed) throw new Stopped();
          done[index] = entries;
          onProgress(done.reduce((sum, each) => sum + each, 0));
        });
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
  );
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const broken = failures.find((failure) => !(failure instanceof LedgerProblem) && !(failure instanceof Stopped));
  if (broken !== undefined) throw broken;
  const problem = failures.find((failure) => failure instanceof LedgerProblem);
  return problem?.message ?? null;
}
