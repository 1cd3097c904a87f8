export { type Backend, type Base, backend, type Description, type Overrides, type OwnParts } from './backend.ts';
export { expectedStreams } from './expected-streams.ts';
export { type KnownUsers, type KnownUsersOptions, knownUsers, userRegistrations } from './known-users.ts';
