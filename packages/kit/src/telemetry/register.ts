// node --import @fanfare/kit/register: before anything else is loaded, or the libraries are not instrumented.
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { startTelemetry } from './sdk.ts';

const instrumented = ['http', 'node:http', 'https', 'node:https', '@grpc/grpc-js', 'pg', 'pg-pool', 'ioredis'];
// vitest imports a dependency by its file URL, so the names alone do not match there.
register({ include: [...instrumented, /\/node_modules\/(@grpc\/grpc-js|pg|pg-pool|ioredis)\//] });
startTelemetry(process.env);
