import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd: root, exclude: ['**/generated/**'] })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');
const defined = new Set([...sources.matchAll(/'(fanfare_\w+)'/g)].map(([, name]) => name));

test('every panel shows metrics that some service has', () => {
  const file = join(root, 'deploy/grafana/dashboards/fanfare.json');
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
  expect(panels.length).toBeGreaterThan(0);
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const used = [...expr.matchAll(/fanfare_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
      expect(used.length, title).toBeGreaterThan(0);
      for (const name of used) expect(defined, title).toContain(name);
    }
  }
});
