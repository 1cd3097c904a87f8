/** The rooms this connection is in: entering them, and entering them again after a reconnect. */
import type { Api } from './api.ts';
import { stayBegan } from './claims.ts';
import { type DuplicateFilter, messageKey } from './duplicates.ts';
import type { RoomResumed, RoomSnapshot } from './events.ts';
import { FanfareError } from './fanfare-error.ts';
import type { Room } from './generated/objects.ts';
import type { Link } from './link.ts';
import { type PositionStore, type Resumption, takeIn } from './positions.ts';

/** With a snapshot unless all that was missed follows. */
type JoinAck = Resumption & Partial<RoomSnapshot>;

/** What there is to show on entering. */
export interface RoomVisit extends RoomSnapshot {
  readonly ch: string;
}

export interface RoomVisits {
  readonly join: (roomId: number) => Promise<RoomVisit>;
  /** From now on nothing of it is shown. */
  readonly forget: (roomId: number) => void;
  /** Tells the server of a room that was forgotten; safe to repeat. */
  readonly tellLeft: (roomId: number) => Promise<void>;
  /** The user has left by another way, at this time of the platform's clock: a stay that began later is another one. */
  readonly wasLeft: (roomId: number, at: number) => void;
  /** Enters every room again. Rooms that refuse are given up. Throws only what may get better by itself. */
  readonly resume: () => Promise<void>;
}

export interface RoomVisitDeps {
  readonly api: Pick<Api, 'rooms' | 'users'>;
  readonly link: Pick<Link, 'send'>;
  readonly positions: PositionStore;
  readonly duplicates: DuplicateFilter;
  /** An answer is here that others await; events follow it. */
  readonly onAnswer: () => void;
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
    const takeAck = (ack: JoinAck): void => {
      deps.onAnswer();
      if (takeIn(positions, ack)) deps.onGap(ack.ch);
      for (const { userId, id } of ack.messages ?? []) duplicates.isNew([messageKey(userId, id)]);
    };
    return link.send('room.join', { token, ...(off !== undefined && { off }) }, takeAck);
  }

  /** `mayJoin` has to agree before the room is joined by another token. */
  async function enterAgain(roomId: number, token: string, mayJoin: () => Promise<void>): Promise<JoinAck> {
    try {
      return await enter(roomId, token);
    } catch (error) {
      if (!(error instanceof FanfareError && CURABLE.has(error.code))) throw error;
      await mayJoin();
      const joined = await api.rooms.joinRoom(roomId);
      visited.set(roomId, joined.token);
      return enter(roomId, joined.token);
    }
  }

  return {
    join: async (roomId) => {
      const { room, token } = await api.rooms.joinRoom(roomId);
      // Joining a room leaves the one before.
      for (const earlier of visited.keys()) forget(earlier);
      const ack = await enterAgain(roomId, token, async () => {});
      visited.set(roomId, visited.get(roomId) ?? token);
      return { ch: ack.ch, ...snapshotOf(ack, room) };
    },
    forget,
    tellLeft: async (roomId) => {
      // It was joined again while this could not be told.
      if (!visited.has(roomId)) await link.send('room.leave', { roomId });
    },
    wasLeft: (roomId, at) => {
      const token = visited.get(roomId);
      if (token !== undefined && stayBegan(token) <= at) forget(roomId);
    },
    resume: async () => {
      for (const [roomId, token] of [...visited]) {
        try {
          const ack = await enterAgain(roomId, token, () => refuseElsewhere(api, roomId));
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

/** On another device they may have gone to another room meanwhile: joining this one would take them out of it. */
async function refuseElsewhere(api: Pick<Api, 'users'>, roomId: number): Promise<void> {
  const { activeRoomId } = await api.users.getMe();
  if (activeRoomId !== null && activeRoomId !== roomId) throw movedElsewhere(roomId, activeRoomId);
}

const movedElsewhere = (roomId: number, activeRoomId: number): FanfareError =>
  new FanfareError({
    code: 'NOT_A_PARTICIPANT',
    kind: 'failed_precondition',
    message: `You have gone from room ${roomId} to room ${activeRoomId}.`,
    details: { roomId, activeRoomId },
    retryable: false,
  });

/** @param room what is known of it, where all that was missed is replayed instead */
function snapshotOf(ack: JoinAck, room: Room): RoomSnapshot {
  const { seats = [], participants = [], messages = [] } = ack;
  return { room: ack.room ?? room, seats, participants, messages };
}
