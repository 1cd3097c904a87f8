/**
 * A relay in a process of its own, to be killed and frozen: `node relay-process.ts SERVICE DATABASE_URL NATS_URL
 * [FAIL_ONE_IN]`, the last being the share of publishes that fail, half of them before they are sent.
 * Prints `contending` when it runs and `leading` when it leads. Ends when its parent does.
 */
import { setInterval } from 'node:timers';
import { streamOf } from '@fanfare/contracts';
import { silentLogger } from '@fanfare/kit';
import { Registry } from 'prom-client';
import { openBus } from '../bus.ts';
import { publisher } from '../outbox/publish.ts';
import { outboxRelay } from '../outbox/relay.ts';

const [service, databaseUrl, natsUrl, failOneIn = '0'] = process.argv.slice(2);
if (service === undefined || databaseUrl === undefined || natsUrl === undefined) {
  throw new Error('usage: relay-process.ts SERVICE DATABASE_URL NATS_URL');
}
const log = silentLogger;
const bus = openBus({ url: natsUrl, name: 'relay process', log });
const send = publisher(bus, streamOf(service));
const fails = (): boolean => Math.random() * Number(failOneIn) * 2 < 1 && failOneIn !== '0';
const relay = outboxRelay({
  service,
  databaseUrl,
  bus,
  log,
  metrics: new Registry(),
  publish: async (event, lastSeq) => {
    if (fails()) throw new Error('not sent, on purpose');
    const seq = await send(event, lastSeq);
    if (fails()) throw new Error('answer dropped, on purpose');
    return seq;
  },
});
await bus.start?.();
await relay.start?.();
process.stdout.write('contending\n');

let led = false;
setInterval(() => {
  if (relay.leading() !== led) process.stdout.write(relay.leading() ? 'leading\n' : 'following\n');
  led = relay.leading();
}, 20);
// The pipe closes when the parent is gone, however it ended.
process.stdin.resume().once('end', () => process.exit(0));
