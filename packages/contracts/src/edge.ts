/**
 * The edge's own subjects. A publisher writes `edge.in.<kind>.<id>`; the EDGE stream keeps it and republishes it as
 * `edge.out.<kind>.<id>`, to which gateways subscribe while they hold somebody who listens. `edge.now.<kind>.<id>`
 * is for what may be lost (typing, speaking levels): no history, no position.
 */
export const EDGE_STREAM = 'EDGE';
export const EDGE_IN = 'edge.in';
export const EDGE_OUT = 'edge.out';
export const EDGE_NOW = 'edge.now';

/** Kinds of channel. `tenant` and `role` are reserved. */
export type ChannelKind = 'user' | 'room' | 'all' | 'tenant' | 'role';

/** A channel by name, as clients see it in `ch`: `user.7`, `room.42`, `all`. */
export type Channel = `user.${bigint}` | RoomChannel | 'all';
export type RoomChannel = `room.${bigint}`;

export const userChannel = (id: bigint) => `user.${id}` as const satisfies Channel;
export const roomChannel = (id: bigint) => `room.${id}` as const satisfies Channel;

export const isRoomChannel = (channel: string): boolean => channel.startsWith('room.');

/** `reliable` is never dropped short of the connection's cap; of `conflate` only the newest per name and key is kept. */
export type MessageClass = 'reliable' | 'conflate';

/** One emit as it travels on an edge channel (JSON). `data` is already in its public form. */
export interface EdgeMessage {
  readonly name: string;
  readonly data: unknown;
  readonly class: MessageClass;
  /** On a user's channel: only to those sockets of the user that are in this room. */
  readonly room?: number;
  /** Of a `conflate` message: what else the next one must have in common with it to replace it. */
  readonly key?: string;
  /** Not to this socket: it said so itself. */
  readonly except?: string;
}

/** An emit and where it goes. The gateway's own are narrower: those that its catalogue of events has. */
export interface Emit extends EdgeMessage {
  readonly channel: Channel;
}
