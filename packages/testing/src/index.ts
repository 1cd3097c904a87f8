export { type CloneOptions, cloneDatabase, type TestDatabase } from './clone-database.ts';
export { eventually } from './eventually.ts';
export { type FaultProxy, faultProxy } from './fault-proxy.ts';
export { natsUrl, privateNats, privateRedis, redisUrl } from './infrastructure.ts';
export { freePort } from './servers/ports.ts';
export type { RunningServer, ServerOptions } from './servers/server.ts';
