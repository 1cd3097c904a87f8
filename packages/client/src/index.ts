export type { Api, Command, GiftFields, GiftToSend, NewGift, Paging, RoomFilters, RoomToOpen } from './api.ts';
export { type Client, type ClientOptions, type Credentials, createClient, type Registration } from './client.ts';
export type { Connection } from './connection.ts';
export type { Events, Listener, LocalEvents, On, RoomResumed, ServerEvents, SessionInfo } from './events.ts';
export { type ErrorFacts, FanfareError } from './fanfare-error.ts';
export type * from './objects.ts';
export type { Position } from './positions.ts';
export type { RoomVisit } from './room-visits.ts';
export type { Tokens } from './tokens.ts';
