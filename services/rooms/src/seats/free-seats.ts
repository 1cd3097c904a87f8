import type { Seat } from '@fanfare/contracts/rooms/v1/rooms_service';

/** The stage of a room: seat 0 is the owner's, then `count` more. */
export function freeSeats(count: number): Seat[] {
  return Array.from({ length: count + 1 }, (_, number) => ({ number, state: 'free', muted: false }));
}
