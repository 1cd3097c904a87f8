import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { drift } from '../src/drift.ts';

const root = fileURLToPath(new URL('../../../services/', import.meta.url));
const services = readdirSync(root).filter((name) => existsSync(`${root}${name}/prisma/schema.prisma`));

test('there are services to check', () => {
  expect(services).toContain('economy');
});

describe.for(services)('%s', (service) => {
  test('its migrations make exactly the tables that its schema.prisma declares', async () => {
    expect(await drift(inject('postgresUrl'), `${root}${service}`)).toEqual([]);
  });
});
