/** Runs once per test run: three real servers, and a migrated template database for every service. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@fanfare/database';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { PLATFORM, templateName } from './provided.ts';
import { startNats } from './servers/nats.ts';
import { startPostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';

const SERVICES = fileURLToPath(new URL('../../../services', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const options = { progress: (text: string) => process.stderr.write(`${text}\n`) };
  const starts = await Promise.allSettled([startPostgres(options), startNats(options), startRedis(options)]);
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const [postgres, nats, redis] = servers.map((server) => server.url) as [string, string, string];
    await createTemplates(postgres);
    project.provide('postgresUrl', postgres);
    project.provide('natsUrl', nats);
    project.provide('redisUrl', redis);
  } catch (error) {
    // vitest calls the teardown only of a setup that succeeded.
    await stop();
    throw error;
  }
  return stop;
}

async function createTemplates(postgresUrl: string): Promise<void> {
  const services = readdirSync(SERVICES).filter((name) => existsSync(join(SERVICES, name, 'prisma/migrations')));
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  try {
    for (const service of [PLATFORM, ...services]) {
      // Migrations run as a role without privileges of its own, as they do in production.
      await admin.query(`create role "${service}" login`);
      await admin.query(`create database "${templateName(service)}" owner "${service}" is_template true`);
      const url = new URL(postgresUrl);
      url.username = service;
      url.pathname = `/${templateName(service)}`;
      await migrate(url.href, join(SERVICES, service));
    }
  } finally {
    await admin.end();
  }
}
