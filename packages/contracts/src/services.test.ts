import { expect, test } from 'vitest';
import { addressVariable, developmentAddress, developmentOpsPort, developmentRpcPort, services } from './services.ts';

test('a place in the list decides the ports, so that those of earlier services stay', () => {
  expect(developmentRpcPort('identity')).toBe(7101);
  expect(developmentAddress('rooms')).toBe('127.0.0.1:7104');
  expect(developmentOpsPort('gateway')).toBe(7205);
});

test('no two services have a port in common, however many there come to be', () => {
  expect(developmentRpcPort(services[0]) + services.length).toBeLessThanOrEqual(developmentOpsPort(services[0]));
});

test('callers are told where a service is by a variable with its name', () => {
  expect(addressVariable('economy')).toBe('ECONOMY_RPC_URL');
});
