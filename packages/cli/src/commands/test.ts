import { areas, checksOf } from '../checks/all-checks.ts';
import { type Check, failed, type Outcome } from '../checks/check.ts';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { ensureGenerated } from '../generate.ts';

export async function run(args: Arguments): Promise<ExitCode> {
  const checks = checksOf(args.positionals[0]);
  if (checks === undefined) {
    throw new UsageError(`there is no area "${args.positionals[0]}"; there are ${areas().join(', ')}`);
  }
  await ensureGenerated();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const outcome = await tell(check);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? EXIT.ok : EXIT.failed;
}

async function tell(check: Check): Promise<Outcome> {
  const begun = performance.now();
  // A check that breaks is a check that failed; the others still say what they have to say.
  const outcome = await check.run().catch((error: unknown) => failed(String(error)));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const counts = `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`;
  console.log(`${outcome.failed === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${counts}, ${seconds} s)`);
  if (outcome.detail !== '') console.log(outcome.detail.replace(/^/gm, '     '));
  return outcome;
}
