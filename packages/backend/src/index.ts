export { expectedStreams } from './expected-streams.ts';
export { type KnownUsers, type KnownUsersOptions, knownUsers, userRegistrations } from './known-users.ts';
