import { afterAll, beforeAll, describe } from 'vitest';
import { type Platform, privatePlatform } from '../src/private-platform.ts';
import { giftSuite } from './gift-suite.ts';
import { pointsSuite } from './points-suite.ts';
import { refusalSuite } from './refusal-suite.ts';
import { walletSuite } from './wallet-suite.ts';

let running: Platform;
let gateways: readonly string[];
let natsUrl: string;

beforeAll(async () => {
  running = privatePlatform();
  const status = await running.start();
  gateways = status.gateways;
  natsUrl = status.infrastructure.nats.url;
});
afterAll(() => running?.remove());

describe('in one process', () => {
  giftSuite(() => gateways);
  refusalSuite(() => gateways);
  pointsSuite(
    () => gateways,
    () => natsUrl,
  );
  walletSuite(() => gateways);
});
