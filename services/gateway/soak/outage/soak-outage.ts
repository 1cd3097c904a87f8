/**
 * The long proof of calm while a server is away. Two gateways full of clients, rooms that are written to all the time;
 * then, each for `awayMs`, NATS is killed with -9 and started again where it was, Redis likewise, and NATS is frozen.
 * Clients stay connected, commands that cannot be carried out say so, memory does not grow, and all goes on by itself
 * soon after the return. In the end everybody has been shown everything that was acknowledged, in order and once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom, wholeBelow } from '@fanfare/testing/chance';
import { type Fleet, startFleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import { type NumberedLoad, startNumberedLoad } from '../../test/numbered-load.ts';
import { type Counts, type Person, type RawClients, startRawClients } from '../../test/raw-clients.ts';
import { askersOf } from './asking.ts';
import { type Kind, type Outage, type OutageLimits, problemsOfOutage, type Scene, sufferOutage } from './one-outage.ts';
import { untilPresent, untilShown, watchersOf } from './resumption.ts';

export interface OutageSoakOptions {
  /** Decides who is in which room, and who comes back by their positions afterwards. */
  readonly seed: number;
  readonly awayMs: number;
  readonly clients: number;
  readonly rooms: number;
  readonly loadPerSecond: number;
  readonly limits: OutageLimits;
  readonly report: (line: string) => void;
}

export interface OutageSoakResult {
  readonly ok: boolean;
  readonly clients: number;
  readonly outages: readonly Outage[];
  readonly messages: number;
  readonly shown: number;
  /** Channels of those who dropped their connection after a return and went on from their positions. */
  readonly channels_recovered: number;
  readonly channels_not_recovered: number;
  readonly problems: readonly string[];
}

const GATEWAYS = 2;
const ENTER_PER_SECOND = 500;
const GROUP = 'crowd';
const FIRST_VISITOR = 50_001;
const CATCH_UP_MS = 15_000;
const BEFORE_MS = 1000;
/** Of the crowd, after each return. */
const RETURNING = 20;
const PROBLEMS_SHOWN = 5;
/** As by default, because they are what asks Redis. */
const RATE_LIMITS = 'user=300/100,ip=2000/200,connection=300/100';

/** Runs on servers of its own and leaves nothing behind. @throws when something does not start */
export async function soakOutage(options: OutageSoakOptions): Promise<OutageSoakResult> {
  await using opened = new AsyncDisposableStack();
  const random = seededRandom(options.seed);
  const fleet = await startFleet();
  opened.defer(() => fleet.stop());
  fleet.peers.rooms.sendChat = async ({ id, roomId, text }) => ({
    message: { id, roomId, userId: 1n, text, sentAt: new Date() },
  });
  const clients = startRawClients();
  opened.defer(() => clients.stop());
  const start = (_: unknown, index: number): Promise<GatewayProcess> =>
    fleet.start({ nodeName: `node-${index + 1}`, env: { RATE_LIMITS } });
  const gateways = await Promise.all(Array.from({ length: GATEWAYS }, start));
  const [askers, watchers] = [await askersOf(fleet, gateways), await watchersOf(fleet, gateways)];
  const crowd = await crowdOf(options, fleet, gateways, random);
  options.report(`${options.clients} clients enter`);
  await clients.enter([...crowd, ...askers, ...watchers], ENTER_PER_SECOND);
  const rooms = Array.from({ length: options.rooms }, (_, index) => index + 1);
  const load = startNumberedLoad(fleet, { rooms, users: [], perSecond: options.loadPerSecond });

  const inRooms = options.clients + watchers.length;
  const scene: Scene = { fleet, gateways, clients, askers, watchers };
  const outages: Outage[] = [];
  for (const kind of await kindsOf(scene, inRooms)) {
    await delay(BEFORE_MS);
    const outage = await sufferOutage(scene, kind, options.awayMs);
    outages.push(outage);
    options.report(inWords(outage));
    await clients.comeAgain(Array.from({ length: RETURNING }, () => crowd[wholeBelow(crowd.length, random)]?.id ?? 0));
  }
  await load.stop();
  const seen = await whatWasSeen(clients, load, options.clients);
  const problems = [...outages.flatMap((outage) => problemsOfOutage(outage, options.limits)), ...seen.problems];
  return { ok: problems.length === 0, clients: options.clients, outages, ...seen, problems };
}

async function kindsOf({ fleet, gateways, clients, watchers }: Scene, inRooms: number): Promise<readonly Kind[]> {
  const shown = (): Promise<number | null> => untilShown(fleet, clients, watchers);
  const visitors = (round: number): Promise<readonly Person[]> =>
    Promise.all(
      gateways.map(async ({ httpPort }, index) => {
        const id = FIRST_VISITOR + round * GATEWAYS + index;
        return { id, token: await fleet.accessToken(id), ports: [httpPort], group: 'visitors' };
      }),
    );
  const signalNats = async (signal: NodeJS.Signals): Promise<void> => void process.kill(fleet.natsPid(), signal);
  return [
    {
      name: 'NATS killed',
      leave: fleet.killNats,
      comeBack: fleet.startNats,
      resumed: shown,
      visitors: await visitors(0),
    },
    {
      name: 'Redis killed',
      leave: fleet.killRedis,
      comeBack: fleet.startRedis,
      resumed: async () => laterOf(await Promise.all([shown(), untilPresent(fleet.redisPort, inRooms)])),
      visitors: await visitors(1),
    },
    {
      name: 'NATS frozen',
      leave: () => signalNats('SIGSTOP'),
      comeBack: () => signalNats('SIGCONT'),
      resumed: shown,
      visitors: await visitors(2),
    },
  ];
}

const laterOf = (all: readonly (number | null)[]): number | null =>
  all.reduce((later, each) => (later === null || each === null ? null : Math.max(later, each)), 0);

function crowdOf(
  { clients, rooms }: OutageSoakOptions,
  fleet: Fleet,
  gateways: readonly GatewayProcess[],
  random: () => number,
): Promise<readonly Person[]> {
  const people = Array.from({ length: clients }, async (_, index): Promise<Person> => {
    const id = index + 1;
    const room = { token: await fleet.roomToken(BigInt(id), 1 + wholeBelow(rooms, random)) };
    const ports = [gateways[index % gateways.length]?.httpPort ?? 0];
    return { id, token: await fleet.accessToken(id), room, ports, group: GROUP };
  });
  return Promise.all(people);
}

/** Waits until everybody is inside and has been shown what was acknowledged. */
async function whatWasSeen(clients: RawClients, load: NumberedLoad, everybody: number) {
  const patience = performance.now() + CATCH_UP_MS;
  let behind: readonly string[] = [];
  let counts: Counts | undefined;
  do {
    await delay(200);
    behind = await behindOf(clients, load);
    counts = (await clients.counts())[GROUP];
  } while ((behind.length > 0 || counts?.inside !== everybody) && performance.now() < patience);
  if (counts === undefined) throw new Error('nobody was there');
  const { wrong } = await clients.takeHappened();
  return {
    messages: [...load.acked().values()].reduce((sum, count) => sum + count, 0),
    shown: counts.shown['chat.message'] ?? 0,
    channels_recovered: counts.recovered,
    channels_not_recovered: counts.notRecovered,
    problems: [
      ...behind.slice(0, PROBLEMS_SHOWN),
      ...(counts.inside === everybody ? [] : [`${counts.inside} of ${everybody} are inside in the end`]),
      ...(counts.broken === 0 ? [] : [`${counts.broken} messages were missed, doubled or out of order`, ...wrong]),
      ...(counts.notRecovered === 0 ? [] : [`${counts.notRecovered} channels were not recovered`]),
      ...(counts.resyncs === 0 ? [] : [`${counts.resyncs} channels were told that something is lost`]),
    ],
  };
}

async function behindOf(clients: RawClients, load: NumberedLoad): Promise<readonly string[]> {
  const acked = load.acked();
  return (await clients.numbers())
    .filter(({ group, channel, number }) => group === GROUP && number < (acked.get(channel) ?? 0))
    .map(({ person, channel, number }) => `client ${person} has seen ${number} of ${acked.get(channel)} of ${channel}`);
}

const inWords = (outage: Outage): string =>
  `${outage.what} for ${outage.away_ms} ms: ${outage.disconnects} disconnects, all worked again after ` +
  `${outage.resumed_after_ms} ms; memory ${outage.memory_before_mb} MB, at most ${outage.memory_peak_mb} MB; ` +
  `${JSON.stringify(outage.answers)}`;
