/** A service's README is its reference page: what it lists must be what the code has, in both directions. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { events, producerOf } from '@fanfare/contracts';
import { addressVariable } from '@fanfare/contracts/services';
import { commonFields, type ErrorEntry, serverFields } from '@fanfare/kit';
import type { BackendManifest, Manifest } from '@fanfare/kit/manifest';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../paths.ts';

const servicesDir = join(ROOT, 'services');
const services = readdirSync(servicesDir).filter((name) => existsSync(join(servicesDir, name, 'src/main.ts')));
const source = (service: string, path: string): string => readFileSync(join(servicesDir, service, path), 'utf8');

/** The cells of a section's table, row by row, without its head and without backticks. */
function tableOf(service: string, section: string): readonly (readonly string[])[] {
  const [, body] = source(service, 'README.md').split(`\n## ${section}\n`);
  if (body === undefined) throw new Error(`services/${service}/README.md has no section "## ${section}"`);
  const rows = (body.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const firstColumn = (service: string, section: string): readonly string[] =>
  tableOf(service, section)
    .map(([cell = '']) => cell)
    .sort();

test('there are services to check', () => {
  expect(services).toEqual(expect.arrayContaining(['economy', 'gateway', 'gifting', 'identity', 'rooms']));
});

describe.for(services)('services/%s/README.md', (service) => {
  test('lists every refusal reason with its kind', async () => {
    const module = (await import(join(servicesDir, service, 'src/errors.ts'))) as {
      readonly errors: Readonly<Record<string, () => { readonly kind: ErrorEntry[0] }>>;
    };
    const inCode = Object.entries(module.errors).map(([reason, make]) => `${reason} ${make().kind}`);
    const inReadme = tableOf(service, 'Refusal reasons').map(([reason, kind]) => `${reason} ${kind}`);
    expect([...inReadme].sort()).toEqual(inCode.sort());
  });

  test('lists every RPC', () => {
    const contract = join(ROOT, `proto/fanfare/${service}/v1/${service}_service.proto`);
    const text = existsSync(contract) ? readFileSync(contract, 'utf8') : '';
    const declared = [...text.matchAll(/^ {2}rpc (\w+)\(/gm)].map(([, name]) => name);
    expect(firstColumn(service, 'RPCs')).toEqual(declared.sort());
  });

  test('lists every event it publishes', () => {
    const published = Object.values(events)
      .map(({ subject }) => subject)
      .filter((subject) => producerOf(subject) === service);
    expect(firstColumn(service, 'Publishes')).toEqual(published.sort());
  });

  test('lists every durable consumer', () => {
    const files = globSync('src/**/on-*.ts', { cwd: join(servicesDir, service) });
    const durables = files.flatMap((file) =>
      [...source(service, file).matchAll(/durable: '([^']+)'/g)].map(([, durable]) => durable),
    );
    expect(firstColumn(service, 'Consumes')).toEqual(durables.sort());
  });

  test('lists every variable of its own configuration', async () => {
    const manifestOf = async (name: string): Promise<Manifest> =>
      (await import(join(servicesDir, name, 'manifest.ts'))).manifest;
    const backend = (await manifestOf('identity')) as BackendManifest;
    const common = new Set(Object.keys({ ...commonFields, ...serverFields({ ...backend, calls: [] }) }));
    const read = [...source(service, 'src/config.ts').matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm)].map(
      ([, name = '']) => name,
    );
    const { calls } = await manifestOf(service);
    const addresses = calls === 'all' ? [] : calls.map(addressVariable);
    const own = [...new Set([...read, ...addresses])].filter((name) => !common.has(name));
    expect(firstColumn(service, 'Configuration')).toEqual(own.sort());
  });
});
