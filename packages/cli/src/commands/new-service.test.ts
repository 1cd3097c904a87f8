import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withContainers, withName, withService } from './new-service.ts';

const table = readFileSync(new URL('../platform/services.ts', import.meta.url), 'utf8');

it('a new service is the last of the list, so that the ports of all others stay', () => {
  const list = readFileSync(new URL('../../../contracts/src/services.ts', import.meta.url), 'utf8');
  expect(withName(list, 'agency')).toContain("\n  'agency',\n] as const;");
  expect(() => withName('', 'agency')).toThrow(/no end/);
});

it('a new service starts before the gateway', () => {
  expect(withService(table, 'agency')).toContain(
    "  { name: 'agency', database: true, rpc: true },\n  { name: 'gateway', database: false, rpc: false },",
  );
});

it('refuses a table that it does not understand', () => {
  expect(() => withService('', 'agency')).toThrow(/gateway/);
});

it('its containers come before the gateway', () => {
  expect(withContainers('services:\n  gateway:\n    image: x\n', '  agency:\n    image: y\n\n')).toBe(
    'services:\n  agency:\n    image: y\n\n  gateway:\n    image: x\n',
  );
});
