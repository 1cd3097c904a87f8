import { globSync } from 'node:fs';
import { ROOT } from '../paths.ts';
import { expectNone, failed, type Outcome } from './check.ts';
import { runProgram } from './run-program.ts';

interface Report {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** The import rules hold, and were applied: a cruiser that cannot read TypeScript finds nothing and is content. */
export async function checkImports(): Promise<Outcome> {
  const config = 'packages/cli/dependency-rules.cjs';
  const args = ['packages', 'services', '--config', config, '--output-type', 'json'];
  const { stdout, output } = await runProgram('depcruise', args);
  let report: Report;
  try {
    report = JSON.parse(stdout) as Report;
  } catch {
    return failed(output);
  }
  const sources = globSync('{packages,services}/*/{src,test}/**/*.ts', {
    cwd: ROOT,
    exclude: (name) => name.includes('generated') || name === 'node_modules',
  });
  const { totalCruised, violations } = report.summary;
  if (totalCruised < sources.length) {
    return failed(`only ${totalCruised} modules were looked at, but there are ${sources.length} source files`);
  }
  return expectNone(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`));
}
