import { afterAll, beforeAll, describe } from 'vitest';
import { type Platform, privatePlatform } from '../src/private-platform.ts';
import { giftSuite } from './gift-suite.ts';
import { refusalSuite } from './refusal-suite.ts';

let running: Platform;
let gateways: readonly string[];

beforeAll(async () => {
  running = privatePlatform();
  gateways = (await running.start()).gateways;
});
afterAll(() => running?.remove());

describe('in one process', () => {
  giftSuite(() => gateways);
  refusalSuite(() => gateways);
});
