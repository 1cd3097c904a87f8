/** One run: what its plan says, at the times it says, and the judgement over what everybody was told. */
import { setTimeout as delay } from 'node:timers/promises';
import { events } from '@fanfare/contracts';
import { newId } from '@fanfare/kit';
import { problemsOf, type Told } from './judge.ts';
import type { Fault, Plan, ViewerPlan } from './plan.ts';
import { Viewer } from './viewer.ts';
import type { World } from './world.ts';

export interface RunResult {
  readonly problems: readonly string[];
  readonly faults: Readonly<Partial<Record<Fault['kind'], number>>>;
  readonly messages: number;
  /** Events shown, all viewers together. */
  readonly shown: number;
  readonly recovered: number;
  readonly notRecovered: number;
  readonly resyncs: number;
}

/** Longer than any fault and takeover; who is not there by then never will be. */
const SETTLE_MS = 20_000;
const LOOK_MS = 3;

export async function runPlan(world: World, plan: Plan): Promise<RunResult> {
  const atOnce = plan.faults.filter(({ at }) => at === 0);
  for (const fault of atOnce) await strike(world, plan, [], fault);
  const began = performance.now();
  const until = (at: number): Promise<void> => delay(Math.max(1, began + at - performance.now()));
  const viewers = plan.viewers.map((viewer) => viewerOf(world, viewer));
  let late: readonly string[] = [];
  try {
    const coming = plan.viewers.map((of, index) => comeAndGo(viewers[index], of, until));
    const breaking = breakThings(world, plan, viewers, until);
    await Promise.all([...coming, breaking, publishAll(world, plan, until)]);
    await eventually(() => viewers.every((viewer) => viewer.isThere()));
    late = await publishLast(world, plan, viewers);
    await world.recorder.fill();
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.end()));
  }
  return judged(world, plan, viewers, late);
}

const idOf = ({ seed, run }: Plan, number: number | string): string => `${seed}.${run}.${number}`;

function viewerOf({ fleet, ports, recorder }: World, { user, room }: ViewerPlan): Viewer {
  const token = fleet.accessToken(Number(user));
  return new Viewer({
    user,
    room,
    accessToken: () => token,
    roomToken: (since) => fleet.roomToken(user, room, since),
    life: () => recorder.lives.length - 1,
    gateway: (before) => ports().find((port) => port !== before) ?? ports()[0] ?? 0,
  });
}

async function comeAndGo(
  viewer: Viewer | undefined,
  { arrivesAt, absences }: ViewerPlan,
  until: (at: number) => Promise<void>,
): Promise<void> {
  await until(arrivesAt);
  viewer?.arrive();
  for (const { at, forMs } of absences) {
    await until(at);
    viewer?.leave();
    await delay(forMs);
    viewer?.arrive();
  }
}

async function publishAll({ publisher }: World, plan: Plan, until: (at: number) => Promise<void>): Promise<void> {
  const published: Promise<void>[] = [];
  for (const [number, { at, channel, padding }] of plan.messages.entries()) {
    await until(at);
    published.push(publisher.publish(channel, idOf(plan, number), { padding: '.'.repeat(padding) }));
  }
  await Promise.all(published);
}

async function breakThings(
  world: World,
  plan: Plan,
  viewers: readonly Viewer[],
  until: (at: number) => Promise<void>,
): Promise<void> {
  for (const fault of plan.faults) {
    await until(fault.at);
    if (fault.at > 0) await strike(world, plan, viewers, fault);
  }
}

function strike(world: World, plan: Plan, viewers: readonly Viewer[], fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'gateway killed':
      return world.killGateway();
    case 'NATS killed':
      return world.killNats(fault.awayMs);
    case 'history trimmed':
      return world.trim(fault.keep);
    case 'stream recreated':
      return world.recreate();
    case 'files copied':
      return world.copyFiles();
    case 'old files restored':
      return world.restoreFiles(fault.awayMs);
    case 'member blocked':
      return block(world, plan, viewers[fault.viewer]);
  }
}

/** Blocked, let in again at once, and back with the position of before: what was said in between is not for them. */
async function block(world: World, plan: Plan, viewer: Viewer | undefined): Promise<void> {
  const room = plan.viewers.find(({ user }) => user === viewer?.user)?.room;
  if (viewer === undefined || room === undefined) return;
  const id = newId();
  const blocked = { roomId: BigInt(room), userId: viewer.user, byUserId: 1n, reason: 'soak', blockedAt: new Date() };
  // Stored once under its id; the fleet's connection may not be back yet after the run before.
  const announce = () => world.fleet.announce(events.memberBlocked, blocked, { id });
  await announce().catch(announce);
  await eventually(() => viewer.isOut());
  await viewer.rejoin(new Date());
}

/** What everybody must have been shown in the end, so that nobody is judged by half of it. */
async function publishLast(world: World, plan: Plan, viewers: readonly Viewer[]): Promise<readonly string[]> {
  const watched = viewers.flatMap((viewer) => [viewer.own, viewer.roomChannel].map((channel) => ({ viewer, channel })));
  const channels = [...new Set(watched.map(({ channel }) => channel))];
  const idOfLast = (channel: string): string => idOf(plan, `last-${channel}`);
  await Promise.all(channels.map((channel) => world.publisher.publish(channel, idOfLast(channel), {})));
  const isLate = ({ viewer, channel }: (typeof watched)[number]): boolean => !viewer.hasReached(idOfLast(channel));
  await eventually(() => !watched.some(isLate));
  return watched.filter(isLate).map(({ viewer, channel }) => {
    const told = viewer.told(channel);
    const [last] = told.slice(-1);
    return `user ${viewer.user}, ${channel}: did not reach the last message; told ${told.length} things, then ${inWords(last)}`;
  });
}

const inWords = (told: Told | undefined): string =>
  told === undefined || told.kind === 'ends' ? String(told?.kind) : `${told.kind} ${textOf(told.off)}`;

const textOf = (off: string): string => Buffer.from(off, 'base64url').toString();

/** Resolves when it is so, or when patience is at its end. */
async function eventually(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while (!isSo() && performance.now() < deadline) await delay(LOOK_MS);
}

function judged(world: World, plan: Plan, viewers: readonly Viewer[], late: readonly string[]): RunResult {
  const { lives, conflicts } = world.recorder;
  const { mustRecover } = plan;
  const problems = viewers.flatMap((viewer) =>
    [viewer.own, viewer.roomChannel].flatMap((channel) =>
      problemsOf(viewer.told(channel), { channel, lives, mustRecover }).map((text) => `user ${viewer.user}, ${text}`),
    ),
  );
  const told = viewers.flatMap((viewer) => [...viewer.told(viewer.own), ...viewer.told(viewer.roomChannel)]);
  const faults: Partial<Record<Fault['kind'], number>> = {};
  for (const { kind } of plan.faults) faults[kind] = (faults[kind] ?? 0) + 1;
  const resumes = told.filter((one) => one.kind === 'begins').filter(({ asked }) => asked !== null);
  return {
    problems: [...conflicts.splice(0), ...late, ...problems],
    faults,
    messages: plan.messages.length,
    shown: told.filter(({ kind }) => kind === 'event').length,
    recovered: resumes.filter(({ recovered }) => recovered).length,
    notRecovered: resumes.filter(({ recovered }) => !recovered).length,
    resyncs: told.filter(({ kind }) => kind === 'resync').length,
  };
}
