/**
 * A count that changes a thousand times a second, for one client: first alone, then beside gifts, seats and a wallet of
 * which none may be missing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import type { RawClients } from '../../test/raw-clients.ts';
import { startFlood } from './flood.ts';

export interface ConflatedOptions {
  readonly secondsEach: number;
  readonly updatesPerSecond: number;
  /** Gifts, seats and changes of the wallet, together. */
  readonly othersPerSecond: number;
  /**
   * More frames with counts in a second than this are a problem. Each of the others may take one along besides: it has
   * its place before what came after it, or a client that comes back from there would never see the count.
   */
  readonly framesMost: number;
  readonly report: (line: string) => void;
}

interface Part {
  readonly updates: number;
  readonly updates_per_second: number;
  readonly frames: number;
  readonly frames_per_second: number;
  readonly last_arrived: boolean;
}

export interface Conflated {
  readonly alone: Part;
  readonly beside_others: Part & { readonly others: number; readonly others_shown: number };
  readonly problems: readonly string[];
}

const ROOM = 2;
const PERSON = 20_001;
const GROUP = 'conflated';
const COUNT = 'room.participant_count';
const OTHERS = ['gift.sent', 'room.seat_changed', 'balance.updated'] as const;
const ARRIVES_MOST_MS = 2000;

export async function runConflated(
  options: ConflatedOptions,
  fleet: Fleet,
  gateway: GatewayProcess,
  clients: RawClients,
): Promise<Conflated> {
  const room = { token: await fleet.roomToken(BigInt(PERSON), ROOM) };
  const token = await fleet.accessToken(PERSON);
  await clients.enter([{ id: PERSON, token, room, ports: [gateway.httpPort], group: GROUP }], 1);
  const alone = await runPart(options, fleet, clients);

  const others = startFlood(options.othersPerSecond, (number) => sendOther(fleet, number));
  const beside = await runPart(options, fleet, clients);
  await others.stop();
  await shownAll(clients, others.published());
  const besideOthers = { ...beside, others: others.published(), others_shown: await othersShown(clients) };
  options.report(
    `${alone.updates_per_second} counts a second became ${alone.frames_per_second} frames, ` +
      `${beside.frames_per_second} beside ${options.othersPerSecond} others a second`,
  );
  const broken = (await clients.counts())[GROUP]?.broken ?? 0;
  return {
    alone,
    beside_others: besideOthers,
    problems: [
      ...problemsOf(alone, 'alone', options.framesMost),
      ...problemsOf(beside, 'beside others', options.framesMost + options.othersPerSecond),
      ...dropped(besideOthers, broken),
    ],
  };
}

async function runPart(
  { updatesPerSecond, secondsEach }: ConflatedOptions,
  fleet: Fleet,
  clients: RawClients,
): Promise<Part> {
  const before = await framesOf(clients, COUNT);
  const begun = performance.now();
  const flood = startFlood(updatesPerSecond, (count) =>
    fleet.emit(`room.${ROOM}`, COUNT, { room_id: ROOM, count }, { class: 'conflate' }),
  );
  await delay(secondsEach * 1000);
  await flood.stop();
  const last = flood.published();
  const patience = performance.now() + ARRIVES_MOST_MS;
  while ((await newestCount(clients)) !== last && performance.now() < patience) await delay(20);
  const lastArrived = (await newestCount(clients)) === last;
  const seconds = (performance.now() - begun) / 1000;
  const frames = (await framesOf(clients, COUNT)) - before;
  return {
    updates: last,
    updates_per_second: Math.round(last / secondsEach),
    frames,
    frames_per_second: Math.round((frames / seconds) * 10) / 10,
    last_arrived: lastArrived,
  };
}

/** Each numbered on its own channel, so that one that is missing is noticed at once. */
function sendOther(fleet: Fleet, number: number): Promise<unknown> {
  const round = Math.floor((number - 1) / OTHERS.length);
  const which = OTHERS[(number - 1) % OTHERS.length] ?? OTHERS[0];
  if (which === 'balance.updated') return fleet.emit(`user.${PERSON}`, which, { n: round + 1 });
  return fleet.emit(`room.${ROOM}`, which, { n: round * 2 + (which === 'gift.sent' ? 1 : 2) });
}

async function newestCount(clients: RawClients): Promise<number | undefined> {
  return ((await clients.newest(PERSON, COUNT)) as { readonly count: number } | null)?.count;
}

const framesOf = async (clients: RawClients, name: string): Promise<number> =>
  (await clients.counts())[GROUP]?.shown[name] ?? 0;

async function othersShown(clients: RawClients): Promise<number> {
  const shown = (await clients.counts())[GROUP]?.shown ?? {};
  return OTHERS.reduce((sum, name) => sum + (shown[name] ?? 0), 0);
}

async function shownAll(clients: RawClients, published: number): Promise<void> {
  const patience = performance.now() + ARRIVES_MOST_MS;
  while ((await othersShown(clients)) < published && performance.now() < patience) await delay(20);
}

const problemsOf = (part: Part, when: string, framesMost: number): readonly string[] => [
  ...(Math.round(part.frames_per_second) <= framesMost
    ? []
    : [`counts came in ${part.frames_per_second} frames a second ${when}; ${framesMost} are enough`]),
  ...(part.last_arrived ? [] : [`the last count did not arrive ${when}`]),
];

const dropped = ({ others, others_shown }: Conflated['beside_others'], broken: number): readonly string[] =>
  others === others_shown && broken === 0
    ? []
    : [`${others_shown} of ${others} gifts, seats and balances were shown, ${broken} of them out of order`];
