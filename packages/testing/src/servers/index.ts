export { startNats } from './nats.ts';
export { findOnPath } from './path-search.ts';
export { ask, freePort, isListening } from './ports.ts';
export { startPostgres } from './postgres.ts';
export { removePostgresFolder } from './postgres-folder.ts';
export { type Launch, launchProcess, type ServerProcess } from './process.ts';
export { startRedis } from './redis.ts';
export type { RunningServer, ServerOptions } from './server.ts';
