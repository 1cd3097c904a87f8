import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fanfare, type Platform, privatePlatform } from '../src/private-platform.ts';
import { giftSuite } from './gift-suite.ts';
import { refusalSuite } from './refusal-suite.ts';

let running: Platform;
let gateways: readonly string[];

beforeAll(async () => {
  running = privatePlatform();
  gateways = (await running.start('--processes', '--replicas', 'gateway=2,economy=2,gifting=2')).gateways;
  expect(gateways).toHaveLength(2);
});
afterAll(() => running?.remove());

describe('in a process each, with replicas', () => {
  giftSuite(() => gateways);
  refusalSuite(() => gateways);

  test('the demo ends well', async () => {
    const { code, stdout, stderr } = await fanfare('demo', '--data-dir', running.dataDir);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('trial balance: {"coin":"0.00","diamond":"0.00","point":"0.00"}');
  });
});
