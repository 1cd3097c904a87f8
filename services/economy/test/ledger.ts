/** What the ledger's tests share: an engine on a database of its own, and commands for it. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '@fanfare/database';
import { createMetrics, silentLogger } from '@fanfare/kit';
import { cloneDatabase, type TestDatabase } from '@fanfare/testing';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type AccountId, issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand, Leg, Receipt, Verdict } from '../src/ledger/command.ts';
import { createEngine, type Engine } from '../src/posting/engine.ts';
import { openLedgerSession } from '../src/posting/ledger-session.ts';

export interface Ledger {
  readonly database: TestDatabase;
  readonly engine: Engine;
  /** A second and third engine on the same database, or one behind a proxy. Stopped with the first. */
  readonly openEngine: (url?: string, queueSize?: number) => Promise<Engine>;
  /** The tests' own connection. */
  readonly connection: Sql;
  readonly sql: <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;
}

/** Opens before all tests of the file, closes after them. */
export function testLedger(): Ledger {
  let database: TestDatabase;
  let client: pg.Client;
  let first: Engine;
  const engines: Engine[] = [];
  const openEngine = async (url = database.url, queueSize = 4096): Promise<Engine> => {
    const metrics = createMetrics('economy');
    const engine = createEngine({
      connect: () => openLedgerSession(url),
      queueSize,
      log: silentLogger,
      metrics,
      onPosted: () => {},
    });
    await engine.start?.();
    engines.push(engine);
    return engine;
  };
  beforeAll(async () => {
    database = await cloneDatabase('economy');
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    first = await openEngine();
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop?.()));
    await client.end();
    await database.drop();
  });
  return {
    get database() {
      return database;
    },
    get engine() {
      return first;
    },
    get connection() {
      return client;
    },
    openEngine,
    sql: async (text, values) => (await client.query(text, values)).rows,
  };
}

/** As for a service that knows everybody it is asked about. */
export const everybody = { require: async (): Promise<void> => {} };

export const coins = (user: bigint): AccountId => userAccount(user, 'COIN');

export const move = (from: AccountId, to: AccountId, minor: bigint): Leg[] => [
  { accountId: from, minor: -minor, action: 'sent' },
  { accountId: to, minor, action: 'received' },
];

export function command(legs: readonly Leg[], more: Partial<LedgerCommand> = {}): LedgerCommand {
  return {
    journalId: randomUUID(),
    operation: 'test',
    intent: [{ name: 'legs', value: legs.map((leg) => `${leg.accountId}:${leg.minor}`).join(' ') }],
    legs,
    context: '{}',
    userId: 0n,
    reason: '',
    refusal: null,
    hold: null,
    limit: null,
    traceparent: '',
    correlationId: 'correlation',
    tenantId: null,
    audit: null,
    ...more,
  };
}

export const grant = (user: bigint, minor: bigint): LedgerCommand =>
  command(move(issuance('COIN'), coins(user), minor), { userId: user });

export const pay = (from: bigint, to: bigint, minor: bigint): LedgerCommand =>
  command(move(coins(from), coins(to), minor), { userId: from });

export function receiptOf(verdict: Verdict): Receipt {
  if (verdict.type !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(verdict)}`);
  return verdict.receipt;
}

export const reasonOf = (verdict: Verdict): string =>
  verdict.type === 'refused' ? verdict.refusal.reason : verdict.type;
