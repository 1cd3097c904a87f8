/** The sockets of this gateway, by whom and where they are. */
import type { Session } from './session.ts';

export interface Registry {
  readonly add: (session: Session) => void;
  readonly remove: (session: Session) => void;
  readonly moved: (session: Session, left: bigint | null, entered: bigint | null) => void;
  readonly all: () => ReadonlySet<Session>;
  readonly ofUser: (userId: bigint) => readonly Session[];
  readonly hasUser: (userId: bigint) => boolean;
  /** Every user that has a socket here, once. */
  readonly users: () => Iterable<bigint>;
  /** Every (room, user) that has a socket here, once. */
  readonly pairs: () => Iterable<readonly [roomId: bigint, userId: bigint]>;
  readonly hasPair: (roomId: bigint, userId: bigint) => boolean;
}

export function createRegistry(): Registry {
  const all = new Set<Session>();
  const byUser = new Map<bigint, Set<Session>>();
  /** Sockets of one user in one room, counted. */
  const pairs = new Map<string, { readonly roomId: bigint; readonly userId: bigint; sockets: number }>();
  const key = (roomId: bigint, userId: bigint): string => `${roomId}:${userId}`;

  function count(roomId: bigint | null, userId: bigint, by: 1 | -1): void {
    if (roomId === null) return;
    const pair = pairs.get(key(roomId, userId)) ?? { roomId, userId, sockets: 0 };
    pair.sockets += by;
    if (pair.sockets > 0) pairs.set(key(roomId, userId), pair);
    else pairs.delete(key(roomId, userId));
  }

  return {
    add: (session) => {
      all.add(session);
      const { userId } = session.principal;
      const sockets = byUser.get(userId);
      if (sockets === undefined) byUser.set(userId, new Set([session]));
      else sockets.add(session);
    },
    remove: (session) => {
      all.delete(session);
      const { userId } = session.principal;
      const sockets = byUser.get(userId);
      sockets?.delete(session);
      if (sockets?.size === 0) byUser.delete(userId);
    },
    moved: ({ principal }, left, entered) => {
      count(left, principal.userId, -1);
      count(entered, principal.userId, 1);
    },
    all: () => all,
    ofUser: (userId) => [...(byUser.get(userId) ?? [])],
    hasUser: (userId) => byUser.has(userId),
    users: () => byUser.keys(),
    pairs: function* () {
      for (const { roomId, userId } of pairs.values()) yield [roomId, userId];
    },
    hasPair: (roomId, userId) => pairs.has(key(roomId, userId)),
  };
}
