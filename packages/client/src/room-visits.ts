/** The rooms this connection is in: entering them, and entering them again after a reconnect. */
import type { Api } from './api.ts';
import { type DuplicateFilter, messageKey } from './duplicates.ts';
import type { RoomResumed } from './events.ts';
import { FanfareError } from './fanfare-error.ts';
import type { Link } from './link.ts';
import type { Room, RoomSnapshot } from './objects.ts';
import { type PositionStore, type Resumption, takeIn } from './positions.ts';

type JoinAck = Resumption & Partial<RoomSnapshot>;

/** What there is to show on entering. */
export interface RoomVisit extends RoomSnapshot {
  readonly ch: string;
}

export interface RoomVisits {
  readonly join: (roomId: number) => Promise<RoomVisit>;
  readonly leave: (roomId: number) => Promise<void>;
  /** Enters every room again. Rooms that refuse are given up. Throws only what may get better by itself. */
  readonly resume: () => Promise<void>;
}

export interface RoomVisitDeps {
  readonly api: Pick<Api, 'rooms'>;
  readonly link: Pick<Link, 'send'>;
  readonly positions: PositionStore;
  readonly duplicates: DuplicateFilter;
  readonly onGap: (ch: string) => void;
  readonly onResumed: (resumed: RoomResumed) => void;
  readonly onLost: (roomId: number, error: FanfareError) => void;
}

const channelOf = (roomId: number): string => `room.${roomId}`;

/** Reasons for which a new room token, by joining again, is worth trying. */
const CURABLE = new Set(['TOKEN_EXPIRED', 'TOKEN_INVALID', 'NOT_A_PARTICIPANT']);

export function roomVisits(deps: RoomVisitDeps): RoomVisits {
  const { api, link, positions, duplicates } = deps;
  /** Room id -> room token. */
  const visited = new Map<number, string>();

  function forget(roomId: number): void {
    visited.delete(roomId);
    positions.forget(channelOf(roomId));
  }

  async function enter(roomId: number, token: string): Promise<JoinAck> {
    const off = positions.of(channelOf(roomId));
    const takeAck = (data: unknown): void => {
      const ack = data as JoinAck;
      if (takeIn(positions, ack)) deps.onGap(ack.ch);
      for (const { userId, id } of ack.messages ?? []) duplicates.isNew([messageKey(userId, id)]);
    };
    return (await link.send('room.join', { token, ...(off !== undefined && { off }) }, takeAck)) as JoinAck;
  }

  async function enterAgain(roomId: number, token: string): Promise<JoinAck> {
    try {
      return await enter(roomId, token);
    } catch (error) {
      if (!(error instanceof FanfareError && CURABLE.has(error.code))) throw error;
      const joined = await api.rooms.join(roomId);
      visited.set(roomId, joined.token);
      return enter(roomId, joined.token);
    }
  }

  return {
    join: async (roomId) => {
      const { room, token } = await api.rooms.join(roomId);
      // Joining a room leaves the one before.
      for (const earlier of visited.keys()) forget(earlier);
      const ack = await enterAgain(roomId, token);
      visited.set(roomId, visited.get(roomId) ?? token);
      return { ch: ack.ch, ...snapshotOf(ack, room) };
    },
    leave: async (roomId) => {
      forget(roomId);
      await link.send('room.leave', { roomId }).catch((error: unknown) => {
        if (error instanceof FanfareError && error.code === 'NETWORK') return api.rooms.leave(roomId);
        throw error;
      });
    },
    resume: async () => {
      for (const [roomId, token] of [...visited]) {
        try {
          const ack = await enterAgain(roomId, token);
          const { recovered } = ack;
          const snapshot = recovered || ack.room === undefined ? null : snapshotOf(ack, ack.room);
          deps.onResumed({ roomId, recovered, snapshot });
        } catch (error) {
          if (!(error instanceof FanfareError) || error.retryable) throw error;
          forget(roomId);
          deps.onLost(roomId, error);
        }
      }
    },
  };
}

const snapshotOf = ({ seats = [], participants = [], messages = [], ...ack }: JoinAck, room: Room): RoomSnapshot => ({
  room: ack.room ?? room,
  seats,
  participants,
  messages,
});
