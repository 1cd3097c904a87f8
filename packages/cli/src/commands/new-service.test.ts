import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withArea, withContainers, withName } from './new-service.ts';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

it('a new service is the last of the list, so that the ports of all others stay', () => {
  const list = read('packages/contracts/src/services.ts');
  expect(withName(list, 'agency')).toContain("\n  'agency',\n] as const;");
  expect(() => withName('', 'agency')).toThrow(/no end/);
});

it('its area is the last of the gateway’s', () => {
  const list = withArea(read('services/gateway/src/areas.ts'), 'agency');
  expect(list).toContain("import { agency } from './areas/agency/index.ts';\n");
  expect(list).toContain('\n  agency,\n] as const;');
  expect(() => withArea('', 'agency')).toThrow(/not as it was/);
});

it('its containers come before the gateway’s, which is told where it is', () => {
  const compose = withContainers(read('docker-compose.yml'), '  agency:\n    image: y\n\n', 'agency');
  const [before = '', after = ''] = compose.split('  gateway:\n');
  expect(before).toMatch(/ {2}agency:\n {4}image: y\n\n$/);
  expect(after).toMatch(/^ {6}AGENCY_RPC_URL: agency:7100\n {6}IDENTITY_RPC_URL/m);
  expect(before).not.toContain('AGENCY_RPC_URL');
  expect(() => withContainers('services:\n', '', 'agency')).toThrow(/gateway/);
});
