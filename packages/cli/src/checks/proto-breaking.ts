/** Whether an older release could still talk to this one: protos compared with those of the main branch. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failed, type Outcome, passed, skipped } from './check.ts';
import { baseline, git } from './main-branch.ts';
import { runProgram } from './run-program.ts';

export async function checkProtoBreaking(): Promise<Outcome> {
  const base = await baseline();
  if (base === undefined) return skipped('there is no earlier commit to compare with');
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-proto-'));
  try {
    const archive = join(folder, 'proto.tar');
    const exported = await git('archive', '--output', archive, base, 'proto');
    if (exported.code !== 0) return skipped(`${base.slice(0, 12)} has no proto/`);
    const unpacked = await runProgram('tar', ['-xf', archive, '-C', folder]);
    if (unpacked.code !== 0) return failed(unpacked.output);
    const { code, output } = await runProgram('buf', ['breaking', 'proto', '--against', join(folder, 'proto')]);
    return code === 0 ? passed() : failed(output.trim());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
