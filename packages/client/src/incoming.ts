/** What becomes of an event that arrives: shown once, or only taken note of. */
import { type DuplicateFilter, keysOf } from './duplicates.ts';
import type { Emitter, Events } from './events.ts';
import type { Place, Position, PositionStore } from './positions.ts';
import type { RoomVisits } from './room-visits.ts';

export interface IncomingDeps {
  readonly positions: PositionStore;
  readonly duplicates: DuplicateFilter;
  readonly rooms: Pick<RoomVisits, 'wasLeft'>;
  readonly emit: Emitter['emit'];
}

export type Incoming = (name: string, data: unknown, place: Place | undefined) => void;

/** What is between server and SDK, and is not shown. */
const HIDDEN = new Set(['tick', 'resync']);

export function incoming({ positions, duplicates, rooms, emit }: IncomingDeps): Incoming {
  return (name, data, place) => {
    if (isOfRoomThatWasLeft(positions, place)) return;
    const position = positionOf(place);
    const isShown = !HIDDEN.has(name) && duplicates.isNew(keysOf(name, data, position));
    if (position !== undefined) positions.advance(position);
    if (name === 'resync' && position !== undefined) emit('gap', { ch: position.ch });
    const left = leftRoom(name, data);
    if (left !== null) rooms.wasLeft(left.roomId, left.at);
    if (isShown) emit(name, data, position);
  };
}

/** A room has a position from the moment it is entered until it is left; what is still on its way is not for us. */
const isOfRoomThatWasLeft = (positions: PositionStore, place: Place | undefined): boolean =>
  place?.ch.startsWith('room.') === true && positions.of(place.ch) === undefined;

const positionOf = (place: Place | undefined): Position | undefined =>
  place?.off === undefined ? undefined : { ch: place.ch, off: place.off };

/** The room that an event says one is out of, and since when. A block is told again by the refusal to come back. */
function leftRoom(name: string, data: unknown): { readonly roomId: number; readonly at: number } | null {
  if (name === 'room.left') {
    const { room_id, left_at } = data as Events['room.left'];
    return { roomId: room_id, at: Date.parse(left_at) };
  }
  if (name === 'room.closed') return { roomId: (data as Events['room.closed']).room_id, at: Number.POSITIVE_INFINITY };
  return null;
}
