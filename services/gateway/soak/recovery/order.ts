/**
 * The order of rooms while translators die: three gateways, viewers of every room on each, chat announced without a
 * pause, and whoever translates it is killed with -9 or stopped for seconds and woken. Every announced message must be
 * stored once, in the order of announcement, and be shown so to everybody.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { events, roomChannel, streamOf } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import { type Chance, seededChance } from '@fanfare/testing/chance';
import { jetstreamManager } from '@nats-io/jetstream';
import { type Fleet, startFleet } from '../../test/gateway-fleet.ts';
import { problemsOf } from './judge.ts';
import { Recorder } from './recorder.ts';
import { Silences } from './silences.ts';
import { type Trio, threeGateways } from './trio.ts';
import { Viewer } from './viewer.ts';

export interface OrderOptions {
  readonly seed: number;
  /** How long translators are struck. */
  readonly seconds: number;
  /** Whoever is shown nothing for longer, on a gateway that nobody touched, is a problem. */
  readonly silenceLimitMs: number;
  readonly report: (line: string) => void;
}

export interface OrderResult {
  readonly ok: boolean;
  readonly announced: number;
  readonly killed: number;
  readonly stopped: number;
  /** After each fault, in order. */
  readonly silencesMs: readonly number[];
  readonly problems: readonly string[];
}

const ROOMS = [901, 902] as const;
const ANNOUNCE_EVERY_MS = 10;
const STOPPED_MS = [2000, 4000] as const;
/** Longer than a takeover, so that its silence is over when the next one begins. */
const BETWEEN_MS = [2500, 4000] as const;
const SETTLE_MS = 30_000;
const PROBLEMS_SHOWN = 10;

/** Leaves nothing behind. @throws when the fleet does not start */
export async function soakOrder(options: OrderOptions): Promise<OrderResult> {
  const chance = seededChance(options.seed);
  await using opened = new AsyncDisposableStack();
  const fleet = await startFleet();
  opened.defer(() => fleet.stop());
  const trio = await threeGateways(fleet, streamOf('rooms'));
  opened.defer(() => trio.settled());
  const { connection } = fleet.bus;
  const recorder = new Recorder(connection, await jetstreamManager(connection));
  const silences = new Silences();
  const viewers = trio.homes.flatMap((home) =>
    ROOMS.map((room, index) => watch(fleet, trio, silences, home, room, index)),
  );
  opened.defer(async () => void (await Promise.all(viewers.map((viewer) => viewer.end()))));
  for (const viewer of viewers) viewer.arrive();
  await eventually(() => viewers.every((viewer) => viewer.isThere()));

  const calm = new AbortController();
  const announcing = announceAll(fleet, calm.signal);
  const struck = await strikeAll(options, chance, trio, silences);
  calm.abort();
  const announced = await announcing;
  const isUpToDate = (viewer: Viewer): boolean => {
    const last = announced.findLast(({ room }) => roomChannel(BigInt(room)) === viewer.roomChannel);
    return viewer.hasReached(`${last?.id}:0`);
  };
  await eventually(() => viewers.every(isUpToDate));
  await recorder.fill();
  const problems = [
    ...viewers.filter((viewer) => !isUpToDate(viewer)).map(({ user }) => `user ${user} did not reach the last message`),
    ...ROOMS.flatMap((room) => misplaced(recorder, room, announced)),
    ...viewers.flatMap((viewer) =>
      problemsOf(viewer.told(viewer.roomChannel), {
        channel: viewer.roomChannel,
        lives: recorder.lives,
        mustRecover: true,
      }),
    ),
    ...struck.silencesMs.filter((ms) => ms > options.silenceLimitMs).map((ms) => `a takeover was silent for ${ms} ms`),
  ];
  return {
    ok: problems.length === 0,
    announced: announced.length,
    ...struck,
    problems: problems.slice(0, PROBLEMS_SHOWN),
  };
}

function watch(fleet: Fleet, trio: Trio, silences: Silences, home: number, room: number, index: number): Viewer {
  const user = BigInt(home * 10 + index + 1);
  const token = fleet.accessToken(Number(user));
  const viewer: Viewer = new Viewer({
    user,
    room,
    accessToken: () => token,
    roomToken: (since) => fleet.roomToken(user, room, since),
    life: () => 0,
    gateway: (before) => trio.portFor(home, before),
    onEvent: (channel) => {
      if (channel === viewer.roomChannel) silences.heard(viewer, trio.nodeAt(viewer.port()));
    },
  });
  return viewer;
}

interface Announced {
  readonly room: number;
  readonly id: string;
}

/** One after the other, each until it is stored. */
async function announceAll(fleet: Fleet, calm: AbortSignal): Promise<readonly Announced[]> {
  const announced: Announced[] = [];
  while (!calm.aborted) {
    const room = ROOMS[announced.length % ROOMS.length] ?? ROOMS[0];
    const id = newId();
    const message = { id, roomId: BigInt(room), userId: 8n, text: 'hi', sentAt: new Date() };
    await fleet.announce(events.chatPosted, message, { id });
    announced.push({ room, id });
    await delay(ANNOUNCE_EVERY_MS);
  }
  return announced;
}

async function strikeAll(
  { seconds, report }: OrderOptions,
  chance: Chance,
  trio: Trio,
  silences: Silences,
): Promise<Pick<OrderResult, 'killed' | 'stopped' | 'silencesMs'>> {
  const end = performance.now() + seconds * 1000;
  const silencesMs: number[] = [];
  let [killed, stopped] = [0, 0];
  await delay(chance.between(...BETWEEN_MS));
  while (performance.now() < end) {
    const isKill = chance.happens(0.5);
    silences.begin();
    const node = await trio.leader();
    silences.excuse(node);
    if (isKill) await trio.kill(node);
    else await trio.stopFor(node, chance.between(...STOPPED_MS));
    await delay(chance.between(...BETWEEN_MS));
    await trio.settled();
    silences.forgive(node);
    if (isKill) killed += 1;
    else stopped += 1;
    silencesMs.push(silences.longestMs());
    report(`${isKill ? 'kill -9' : 'SIGSTOP'} of the translator ${node}: silent for ${silences.longestMs()} ms`);
  }
  return { killed, stopped, silencesMs };
}

/** What is stored of a room, where it is not what was announced. */
function misplaced(recorder: Recorder, room: number, announced: readonly Announced[]): readonly string[] {
  const stored = recorder.life.after(roomChannel(BigInt(room)), 0).map(({ id }) => id);
  const expected = announced.filter((one) => one.room === room).map(({ id }) => `${id}:0`);
  const first = expected.findIndex((id, index) => stored[index] !== id);
  if (first < 0 && stored.length === expected.length) return [];
  const at = first < 0 ? expected.length : first;
  return [
    `room ${room}: ${stored.length} stored, ${expected.length} announced; number ${at} is ${stored[at]}, announced was ${expected[at]}`,
  ];
}

async function eventually(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while (!isSo() && performance.now() < deadline) await delay(5);
}
