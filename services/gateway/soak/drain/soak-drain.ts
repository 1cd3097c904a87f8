/**
 * The long proof of calm stops. Three gateways; all clients begin at the first one and keep to the protocol, while rooms
 * and users are written to:
 *
 *   1. the first gateway is stopped with all of them on it, and started again;
 *   2. in turns every gateway is stopped and started again, for `seconds` and at least once; the last one's rate
 *      leaves no time to wait for everybody;
 *   3. many users are banned, or their sessions revoked, with sockets on all three.
 *
 * In the end everybody has been shown everything, in order and once, by their positions alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@fanfare/testing/chance';
import { type Fleet, startFleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import { type NumberedLoad, startNumberedLoad } from '../../test/numbered-load.ts';
import { type Person, type RawClients, startRawClients } from '../../test/raw-clients.ts';
import { type Drain, drainOne, problemsOfDrain } from './one-drain.ts';
import { problemsOfRevoked, type Revoked, revokeMany } from './revoked.ts';

export interface DrainSoakOptions {
  /** Decides who is in which room and goes where; what the machine makes of it is its own affair. */
  readonly seed: number;
  /** How long gateways are restarted one after the other; each is at least once. */
  readonly seconds: number;
  readonly clients: number;
  readonly rooms: number;
  /** DRAIN_PER_SECOND, but on one node. */
  readonly perSecond: number;
  readonly shutdownTimeoutMs: number;
  /** Messages on rooms, and on users' channels, each. */
  readonly loadPerSecond: number;
  readonly revokedUsers: number;
  /** Beyond these it is a problem. */
  readonly limits: {
    /** Of the rate that a gateway is told to keep to: 1 is all of it. */
    readonly peakShare: number;
    /** From SIGTERM to the end of a process. */
    readonly endedMs: number;
    readonly revokedMs: number;
  };
  readonly report: (line: string) => void;
}

export interface DrainSoakResult {
  readonly ok: boolean;
  readonly clients: number;
  readonly drains: readonly Drain[];
  readonly revoked: Revoked;
  readonly messages: number;
  readonly shown: number;
  readonly channels_recovered: number;
  readonly channels_not_recovered: number;
  /** Ends of connections by the code that was told, and what was refused. */
  readonly left: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

const NODES = 3;
const ENTER_PER_SECOND = 300;
/** Times the shutdown's timeout. */
const TOO_LONG = 1.2;
/** After the first two were stopped everybody has come to it. */
const LAST_NODES_SHARE = 1;
const GROUP = 'crowd';
const NOTIFIED_USERS = 50;
const CATCH_UP_MS = 30_000;
const BEHIND_SHOWN = 5;

/** Runs on servers of its own and leaves nothing behind. @throws when something does not start */
export async function soakDrain(options: DrainSoakOptions): Promise<DrainSoakResult> {
  await using opened = new AsyncDisposableStack();
  const { limits } = options;
  const fleet = await startFleet();
  opened.defer(() => fleet.stop());
  const clients = startRawClients();
  opened.defer(() => clients.stop());
  const gateways = await Promise.all(Array.from({ length: NODES }, (_, index) => startNode(fleet, options, index)));
  const ports = gateways.map(({ httpPort }) => httpPort);
  options.report(`${options.clients} clients enter`);
  await clients.enter(await peopleOf(options, fleet, ports), ENTER_PER_SECOND);
  const users = Array.from({ length: Math.min(NOTIFIED_USERS, options.clients) }, (_, index) => index + 1);
  const rooms = Array.from({ length: options.rooms }, (_, index) => index + 1);
  const load = startNumberedLoad(fleet, { rooms, users, perSecond: options.loadPerSecond });

  const drains = await restartAll(options, fleet, clients, gateways);
  // What they missed is still being shown to the last ones, and would stand in the way.
  await caughtUp(clients, load);
  options.report(`${options.revokedUsers} users are banned, or their sessions revoked`);
  const revoked = await revokeMany(fleet, clients, options.revokedUsers, ports);
  await load.stop();
  const seen = await whatWasSeen(clients, load);
  const problems = [
    ...drains.flatMap((drain) => problemsOfDrain(drain, limits)),
    ...problemsOfRevoked(revoked, limits.revokedMs),
    ...seen.problems,
  ];
  return { ok: problems.length === 0, clients: options.clients, drains, revoked, ...seen, problems };
}

/** What DRAIN_PER_SECOND is on each node. What the last one is to send away would take longer than its shutdown may. */
function ratesOf({ perSecond, clients, shutdownTimeoutMs }: DrainSoakOptions): readonly number[] {
  const seconds = (shutdownTimeoutMs / 1000) * TOO_LONG;
  return [perSecond, perSecond, Math.min(perSecond, Math.ceil((clients * LAST_NODES_SHARE) / seconds))];
}

function startNode(fleet: Fleet, options: DrainSoakOptions, index: number, httpPort?: number): Promise<GatewayProcess> {
  const env = {
    DRAIN_PER_SECOND: String(ratesOf(options)[index]),
    SHUTDOWN_TIMEOUT_MS: String(options.shutdownTimeoutMs),
  };
  return fleet.start({ nodeName: `node-${index + 1}`, env, ...(httpPort === undefined ? {} : { httpPort }) });
}

/** All begin at the first port; chance decides in which order they go through the others. */
async function peopleOf(options: DrainSoakOptions, fleet: Fleet, ports: readonly number[]): Promise<readonly Person[]> {
  const random = seededRandom(options.seed);
  const [first = 0, ...others] = ports;
  const people: Person[] = [];
  for (let id = 1; id <= options.clients; id += 1) {
    const token = await fleet.accessToken(id);
    const room = { token: await fleet.roomToken(BigInt(id), 1 + ((id - 1) % options.rooms)) };
    const order = random() < 0.5 ? others : others.toReversed();
    people.push({ id, token, room, ports: [first, ...order], group: GROUP });
  }
  return people;
}

/** The first round begins with all clients on one gateway. */
async function restartAll(
  options: DrainSoakOptions,
  fleet: Fleet,
  clients: RawClients,
  gateways: GatewayProcess[],
): Promise<readonly Drain[]> {
  const { seconds, clients: everybody, report } = options;
  const drains: Drain[] = [];
  const until = performance.now() + seconds * 1000;
  for (let turn = 0; turn < NODES || performance.now() < until; turn += 1) {
    const index = turn % NODES;
    const [gateway, perSecond] = [gateways[index], ratesOf(options)[index]];
    if (gateway === undefined || perSecond === undefined) break;
    const drain = await drainOne(gateway, clients, { group: GROUP, everybody, perSecond });
    drains.push(drain);
    report(inWords(gateway.nodeName, drain));
    gateways[index] = await startNode(fleet, options, index, gateway.httpPort);
  }
  return drains;
}

/** @returns in words, what has not been shown of what is acknowledged now; waits some time for it */
async function caughtUp(clients: RawClients, load: NumberedLoad): Promise<readonly string[]> {
  const acked = new Map(load.acked());
  const patience = performance.now() + CATCH_UP_MS;
  let behind = await behindOf(clients, acked);
  while (behind.length > 0 && performance.now() < patience) {
    await delay(200);
    behind = await behindOf(clients, acked);
  }
  return behind;
}

async function whatWasSeen(clients: RawClients, load: NumberedLoad) {
  const behind = await caughtUp(clients, load);
  const { [GROUP]: counts } = await clients.counts();
  if (counts === undefined) throw new Error('nobody was there');
  const { wrong } = await clients.takeHappened();
  const unannounced = counts.left['none'] ?? 0;
  return {
    messages: [...load.acked().values()].reduce((sum, count) => sum + count, 0),
    shown: Object.values(counts.shown).reduce((sum, count) => sum + count, 0),
    channels_recovered: counts.recovered,
    channels_not_recovered: counts.notRecovered,
    left: counts.left,
    refused: counts.refused,
    problems: [
      ...behind.slice(0, BEHIND_SHOWN),
      ...(counts.broken === 0 ? [] : [`${counts.broken} messages were missed, doubled or out of order`, ...wrong]),
      ...(counts.notRecovered === 0 ? [] : [`${counts.notRecovered} channels were not recovered`]),
      ...(counts.resyncs === 0 ? [] : [`${counts.resyncs} channels were told that something is lost`]),
      ...(unannounced === 0 ? [] : [`${unannounced} connections ended without a goodbye`]),
    ],
  };
}

async function behindOf(clients: RawClients, acked: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const numbers = (await clients.numbers()).filter(({ group }) => group === GROUP);
  return numbers
    .filter(({ channel, number }) => number < (acked.get(channel) ?? 0))
    .map(
      ({ person, channel, number }) =>
        `client ${person} has seen ${number} of ${acked.get(channel)} messages of ${channel}`,
    );
}

const inWords = (node: string, { clients, peak_per_second, per_second, ended, ended_after_ms, back_after_ms }: Drain) =>
  `${node} sent ${clients} away: at most ${peak_per_second} of ${per_second} came back in a second, ` +
  `${ended} after ${ended_after_ms} ms, all back after ${back_after_ms} ms`;
