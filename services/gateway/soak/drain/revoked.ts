/** Bans and revoked sessions while everything runs: how long until the last socket of each is closed, on every gateway. */
import { setTimeout as delay } from 'node:timers/promises';
import { events } from '@fanfare/contracts';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { Person, RawClients } from '../../test/raw-clients.ts';
import { preciseNow } from '../../test/raw-tally.ts';

export interface Revoked {
  readonly users: number;
  readonly sockets: number;
  readonly closed: number;
  /** From the event's publishing to a client's reading its goodbye. */
  readonly longest_ms: number;
  /** Sockets that were closed though nothing had been revoked for them. */
  readonly others_closed: number;
}

const FIRST_USER = 1_000_000;
const PATIENCE_MS = 5000;
const ENTER_PER_SECOND = 300;
const CODES = { banned: 4503, revoked: 4502 } as const;

/**
 * Every user has a socket at each port. Of every other user the session is revoked, which has another session beside it
 * that must stay; the rest is banned.
 */
export async function revokeMany(
  fleet: Fleet,
  clients: RawClients,
  users: number,
  ports: readonly number[],
): Promise<Revoked> {
  const ids = Array.from({ length: users }, (_, index) => FIRST_USER + index);
  const ended = (await Promise.all(ids.map((id) => sessionOf(fleet, id, 'ended', ports)))).flat();
  const kept = (await Promise.all(ids.filter(isRevoked).map((id) => sessionOf(fleet, id, 'kept', ports)))).flat();
  await clients.enter([...ended, ...kept], ENTER_PER_SECOND);
  const before = await outside(clients);
  await clients.takeHappened();

  const begun = new Map<number, number>();
  await Promise.all(
    ids.map((id) => {
      begun.set(id, preciseNow());
      return revoke(fleet, id);
    }),
  );
  const longest: number[] = [];
  const patience = performance.now() + PATIENCE_MS;
  while (longest.length < ended.length && performance.now() < patience) {
    await delay(50);
    for (const { person, code, at } of (await clients.takeHappened()).told) {
      const user = userOf(person);
      if (code === (isRevoked(user) ? CODES.revoked : CODES.banned)) longest.push(at - (begun.get(user) ?? 0));
    }
  }
  // A socket that is closed by mistake may be so a little later.
  await delay(500);
  return {
    users,
    sockets: ended.length,
    closed: longest.length,
    longest_ms: Math.round(Math.max(0, ...longest)),
    others_closed: (await outside(clients)) - before,
  };
}

export function problemsOfRevoked(
  { sockets, closed, longest_ms, others_closed }: Revoked,
  limitMs: number,
): readonly string[] {
  return [
    ...(closed === sockets ? [] : [`${closed} of ${sockets} sockets were closed after a ban or a revoked session`]),
    ...(longest_ms <= limitMs ? [] : [`a revoked session was closed after ${longest_ms} ms`]),
    ...(others_closed === 0 ? [] : [`${others_closed} sockets were closed though nothing was revoked for them`]),
  ];
}

const isRevoked = (user: number): boolean => user % 2 === 1;

/** Ten ids for each user: more than it has sockets. */
const userOf = (person: number): number => Math.floor(person / 10);

async function sessionOf(
  fleet: Fleet,
  user: number,
  session: 'ended' | 'kept',
  ports: readonly number[],
): Promise<readonly Person[]> {
  const token = await fleet.signer.sign({ sub: String(user), sid: `${session}-${user}` });
  const first = user * 10 + (session === 'kept' ? 5 : 0);
  return ports.map((port, index) => ({ id: first + index, token, ports: [port], group: session }));
}

function revoke(fleet: Fleet, user: number): Promise<string> {
  const now = new Date();
  const userId = BigInt(user);
  if (!isRevoked(user)) return fleet.announce(events.userBanned, { userId, reason: 'soak', bannedAt: now });
  const sessionId = `ended-${user}`;
  return fleet.announce(events.sessionRevoked, { userId, sessionId, cause: 'logout', revokedAt: now });
}

/** How often somebody who is none of those has left. */
async function outside(clients: RawClients): Promise<number> {
  const groups = Object.entries(await clients.counts()).filter(([group]) => group !== 'ended');
  return groups.flatMap(([, { left }]) => Object.values(left)).reduce((sum, count) => sum + count, 0);
}
