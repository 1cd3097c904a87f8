/** What every part of the measurement runs on: a fleet, the clients' process, and a listener on the bus. */
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Fleet, startFleet } from '../test/gateway-fleet.ts';
import { type Calls, startChild } from './child-calls.ts';
import type { Tally } from './load-groups.ts';
import type { LoadMethods } from './load-process.ts';

export interface Scene {
  readonly fleet: Fleet;
  readonly load: Calls<LoadMethods>;
  readonly loadPid: number;
  /** A connection of its own: what it hears is what the bus alone takes. */
  readonly listener: NatsConnection;
  readonly report: (line: string) => void;
}

const LOAD = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** All of it goes with `stack`. */
export async function openScene(stack: AsyncDisposableStack, report: (line: string) => void): Promise<Scene> {
  const fleet = await startFleet();
  stack.defer(fleet.stop);
  const load = await startChild<LoadMethods>(LOAD);
  stack.defer(load.stop);
  const listener = await connect({ servers: `nats://127.0.0.1:${fleet.natsPort}` });
  stack.defer(() => listener.close());
  return { fleet, load: load.calls, loadPid: load.pid, listener, report };
}

/** @throws when somebody missed something, read it twice or in another order: then the figures say nothing */
export function assertComplete(what: string, tally: Tally, expected: number): void {
  const { clients, least, most, disordered, ended } = tally;
  if (least === expected && most === expected && disordered === 0 && ended === 0) return;
  throw new Error(
    `${what}: ${clients} clients should have read ${expected} messages each, and read ${least} to ${most}, ` +
      `${disordered} out of order; ${ended} connections ended`,
  );
}
