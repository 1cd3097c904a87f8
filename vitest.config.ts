import { defineConfig } from 'vitest/config';

const servers = ['packages/testing/src/global-setup.ts'];

export default defineConfig({
  test: {
    projects: [
      // Pure rules share one module graph per worker: 0.5 s instead of 10 s for forty files.
      {
        test: {
          name: 'unit',
          isolate: false,
          include: ['{packages,services}/*/{src,bench,sim,soak}/**/*.test.ts', 'deploy/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.int.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{packages,services}/*/test/**/*.int.test.ts', 'deploy/*.int.test.ts'],
          globalSetup: servers,
          testTimeout: 20_000,
          hookTimeout: 40_000,
        },
      },
      {
        // What leans on the bus most, on the server that distributions of some years ago have.
        test: {
          name: 'older-nats',
          include: [
            'packages/messaging/test/{bus,outbox,stream-loss}.int.test.ts',
            'services/gateway/test/recovery.int.test.ts',
          ],
          globalSetup: servers,
          env: { FANFARE_NATS: 'older' },
          testTimeout: 20_000,
          hookTimeout: 40_000,
        },
      },
      {
        // Spans need the instrumentation loaded before anything else, which vitest does not do by itself.
        test: {
          name: 'trace',
          include: ['{packages,services}/*/test/**/*.trace.test.ts'],
          globalSetup: servers,
          pool: 'forks',
          execArgv: ['--import', new URL('packages/kit/src/telemetry/register-vitest.ts', import.meta.url).href],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Whole platforms in processes of their own, one file at a time: they share two cores.
        test: {
          name: 'e2e',
          include: ['packages/cli/test/**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
