/** Ledgers on a private server: databases with the service's own migrations and roles, and engines on them. */
import { fileURLToPath } from 'node:url';
import { migrate } from '@fanfare/database';
import { createMetrics, silentLogger } from '@fanfare/kit';
import pg from 'pg';
import type { Registry } from 'prom-client';
import type { LedgerCommand } from '../src/ledger/command.ts';
import { createEngine, type Engine } from '../src/posting/engine.ts';
import { openLedgerSession } from '../src/posting/ledger-session.ts';
import { firstGifts, fundings } from './gifts.ts';

const SERVICE = fileURLToPath(new URL('..', import.meta.url));
/** The service's default. */
const QUEUE_SIZE = 4096;
/** As many as fit in the queue with room to spare. */
const AT_ONCE = 2000;

/**
 * A database with empty tables, owned by a role without further privileges, as in production.
 * @returns its address, as that role
 */
export async function createLedger(serverUrl: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    const { rowCount } = await admin.query(`select from pg_roles where rolname = 'economy'`);
    if (rowCount === 0) await admin.query('create role economy login');
    await admin.query(`create database ${admin.escapeIdentifier(name)} owner economy`);
  } finally {
    await admin.end();
  }
  const url = new URL(serverUrl);
  url.username = 'economy';
  url.pathname = `/${name}`;
  await migrate(url.href, SERVICE);
  return url.href;
}

export interface OpenEngine {
  readonly engine: Engine;
  readonly metrics: Registry;
  readonly stop: () => Promise<void>;
}

/** An engine as the service has it; nobody is woken after a commit, because no relay runs. */
export async function openEngine(databaseUrl: string): Promise<OpenEngine> {
  const metrics = createMetrics('economy');
  const engine = createEngine({
    connect: () => openLedgerSession(databaseUrl),
    queueSize: QUEUE_SIZE,
    log: silentLogger,
    metrics,
    onPosted: () => {},
  });
  await engine.start?.();
  return { engine, metrics, stop: async () => engine.stop?.() };
}

/** Opens every account that gifts touch and gives the senders coins. */
export async function fund(engine: Engine): Promise<void> {
  await postAll(engine, fundings());
  await postAll(engine, firstGifts(1));
}

async function postAll(engine: Engine, commands: readonly LedgerCommand[]): Promise<void> {
  for (let from = 0; from < commands.length; from += AT_ONCE) {
    await Promise.all(commands.slice(from, from + AT_ONCE).map((command) => postAccepted(engine, command)));
  }
}

/** @throws when it is not accepted: then what is measured is not what was meant */
export async function postAccepted(engine: Engine, command: LedgerCommand): Promise<void> {
  const verdict = await engine.post(command, 0);
  if (verdict.type !== 'accepted') throw new Error(`a gift was not accepted: ${JSON.stringify(verdict)}`);
}
