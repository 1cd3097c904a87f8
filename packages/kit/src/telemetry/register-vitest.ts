// For vitest workers, which load dependencies past the import hook: what require loads first is instrumented.
import { createRequire } from 'node:module';
import { startTelemetry, toMemory } from './sdk.ts';

startTelemetry('fanfare', toMemory());

const require = createRequire(import.meta.url);
for (const name of ['@grpc/grpc-js', 'pg', 'ioredis']) require(name);
