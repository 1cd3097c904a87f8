/**
 * A relay in a process of its own, to be killed and frozen: `node relay-process.ts SERVICE DATABASE_URL NATS_URL`.
 * Prints `leading` when it leads. Ends when its parent does.
 */
import { setInterval } from 'node:timers';
import { silentLogger } from '@fanfare/kit';
import { Registry } from 'prom-client';
import { openBus } from '../bus.ts';
import { outboxRelay } from '../outbox/relay.ts';

const [service, databaseUrl, natsUrl] = process.argv.slice(2);
if (service === undefined || databaseUrl === undefined || natsUrl === undefined) {
  throw new Error('usage: relay-process.ts SERVICE DATABASE_URL NATS_URL');
}
const log = silentLogger;
const bus = openBus({ url: natsUrl, name: 'relay process', log });
const relay = outboxRelay({ service, databaseUrl, bus, log, metrics: new Registry() });
await bus.start?.();
await relay.start?.();

let led = false;
setInterval(() => {
  if (relay.leading() !== led) process.stdout.write(relay.leading() ? 'leading\n' : 'following\n');
  led = relay.leading();
}, 20);
// The pipe closes when the parent is gone, however it ended.
process.stdin.resume().once('end', () => process.exit(0));
