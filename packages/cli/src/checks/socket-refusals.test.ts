/** A socket command's documentation names reasons of several services; each of them is one that some service has. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commonErrors } from '@fanfare/kit';
import { expect, test } from 'vitest';
import { ROOT } from '../paths.ts';

const servicesDir = join(ROOT, 'services');

interface Documented {
  readonly event: string;
  readonly refusals: readonly string[];
}

async function reasonsOfServices(): Promise<ReadonlySet<string>> {
  const files = readdirSync(servicesDir).map((service) => join(servicesDir, service, 'src/errors.ts'));
  const modules = await Promise.all(files.filter(existsSync).map((file) => import(file)));
  return new Set([commonErrors, ...modules.map(({ errors }) => errors)].flatMap((errors) => Object.keys(errors)));
}

test('every reason that a socket command is documented with exists', async () => {
  const { publicFace } = (await import(join(servicesDir, 'gateway/src/areas.ts'))) as {
    readonly publicFace: { readonly commands: readonly Documented[] };
  };
  const known = await reasonsOfServices();
  const named = publicFace.commands.flatMap(({ event, refusals }) => refusals.map((reason) => ({ event, reason })));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ reason }) => !known.has(reason))).toEqual([]);
});
