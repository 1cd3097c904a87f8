import { inject } from 'vitest';
import { startNats } from './servers/nats.ts';
import { startRedis } from './servers/redis.ts';
import type { RunningServer, ServerOptions } from './servers/server.ts';
import './provided.ts';

/**
 * The NATS server that all test files share: only for what touches no stream and no fixed subject. Streams have fixed
 * names, so a file that starts a service takes {@link privateNats}.
 */
export const natsUrl = (): string => inject('natsUrl');

/** The Redis server that all test files share: for keys that carry an id made by the test. */
export const redisUrl = (): string => inject('redisUrl');

/**
 * A NATS server of the caller's own, about 50 ms. Stop it in `afterAll`; it dies with the test process in any case.
 * Given `dataDir` (and `port`) a stopped or killed one can be started again with its streams.
 */
export const privateNats = (options: ServerOptions = {}): Promise<RunningServer> => startNats(options);

/** A Redis server of the caller's own, empty at each start. */
export const privateRedis = (options: ServerOptions = {}): Promise<RunningServer> => startRedis(options);
