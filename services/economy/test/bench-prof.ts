/**
 * Prints how many gifts a second the engine posts, by callers: `node services/economy/test/bench-ledger.ts [seconds]`.
 * One gift is one journal with 4 legs and one outbox row; 10,000 senders, 100 receivers of which few are popular, 10
 * agencies, and the platform's accounts in every gift; PostgreSQL waits for the disk.
 */
import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { migrate } from '@fanfare/database';
import { createMetrics, silentLogger } from '@fanfare/kit';
import { startPostgres } from '@fanfare/testing/servers';
import pg from 'pg';
import { AccountKind, accountIdOf, issuance, userAccount } from '../src/accounts.ts';
import type { LedgerCommand } from '../src/command.ts';
import { createEngine, type Engine } from '../src/engine.ts';
import { openLedgerSession } from '../src/ledger-session.ts';

import { execSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
const pgTicks = () => readdirSync('/proc').filter((d) => /^\d+$/.test(d)).reduce((sum, d) => { try { const st = readFileSync(`/proc/${d}/stat`, 'utf8'); if (!st.includes('(postgres)')) return sum; const f = st.slice(st.lastIndexOf(')') + 2).split(' '); const cmd = readFileSync(`/proc/${d}/cmdline`, 'utf8'); if (!cmd.includes('economy economy') && f[1] !== String(pmPid)) return sum; return sum + (Number(f[11]) + Number(f[12])) * 10000; } catch { return sum; } }, 0);
let pmPid = 0;
const SECONDS = Number(process.argv[2] ?? 5);
const SENDERS = 10_000;
const RECEIVERS = 100;
const AGENCIES = 10;

function command(legs: LedgerCommand['legs'], userId: bigint): LedgerCommand {
  return {
    journalId: randomUUID(),
    operation: 'gift.send',
    intent: [
      { name: 'giftId', value: '5' },
      { name: 'quantity', value: '1' },
    ],
    legs,
    context: '{"roomId":"42","giftId":"5","quantity":1,"price":"1.00","splitVersion":1}',
    userId,
    reason: '',
    refusal: null,
    hold: null,
    limit: null,
    traceparent: '',
    correlationId: 'bench',
    tenantId: null,
    audit: null,
  };
}

function gift(): LedgerCommand {
  const sender = BigInt(1 + Math.floor(Math.random() * SENDERS));
  // Squaring favours the first receivers about as a Zipf distribution of 1.2 does.
  const receiver = BigInt(SENDERS + 1 + Math.floor(Math.random() ** 3 * RECEIVERS));
  const agency = accountIdOf(AccountKind.ACCOUNT_KIND_AGENCY, 1n + (receiver % BigInt(AGENCIES)), 'DIAMOND');
  const platform = accountIdOf(AccountKind.ACCOUNT_KIND_PLATFORM, 0n, 'COIN');
  const legs = [
    { accountId: userAccount(sender, 'COIN'), minor: -100n, action: 'gift_sent' },
    { accountId: platform, minor: 100n, action: 'gift_fee' },
    { accountId: userAccount(receiver, "DIAMOND"), minor: 50n, action: "gift_received" },
    { accountId: issuance('DIAMOND'), minor: -50n, action: 'gift_earned' },
  ];
  return command(legs, sender);
}

async function fund(engine: Engine): Promise<void> {
  for (let from = 1; from <= SENDERS; from += 2000) {
    const users = Array.from({ length: 2000 }, (_, n) => BigInt(from + n));
    const grants = users.map((user) =>
      command(
        [
          { accountId: issuance('COIN'), minor: -(10n ** 9n), action: 'grant' },
          { accountId: userAccount(user, 'COIN'), minor: 10n ** 9n, action: 'grant' },
        ],
        user,
      ),
    );
    await Promise.all(grants.map((grant) => engine.post(grant, 0)));
  }
}

async function measure(engines: readonly Engine[], callers: number): Promise<string> {
  const latencies: number[] = [];
  const pg0 = pgTicks();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const until = started + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      while (performance.now() < until) {
        const sent = performance.now();
        await engines[caller % engines.length]?.post(gift(), 0);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const pgus = Math.round((pgTicks()-pg0)/latencies.length);
  latencies.sort((a, b) => a - b);
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2).padStart(7);
  const rate = Math.round(latencies.length / elapsed)
    .toString()
    .padStart(7);
  const node = Math.round((cpu.user + cpu.system) / latencies.length)
    .toString()
    .padStart(5);
  console.log('pg us', pgus);
  return `${callers.toString().padStart(8)}${rate}  ${at(0.5)} ${at(0.95)} ${at(0.99)}  ${node}`;
}

const postgres = await startPostgres({ durable: true });
pmPid = postgres.pid ?? 0;
const admin = new pg.Client({ connectionString: postgres.url });
await admin.connect();
await admin.query('create role economy login');
await admin.query('create database economy owner economy');
const url = new URL(postgres.url);
url.username = 'economy';
url.pathname = '/economy';
await migrate(url.href, fileURLToPath(new URL('..', import.meta.url)));
const open = async (): Promise<Engine> => {
  const metrics = createMetrics('economy');
  const engine = createEngine({
    connect: () => openLedgerSession(url.href),
    queueSize: 4096,
    log: silentLogger,
    metrics,
    onPosted: () => undefined,
  });
  await engine.start?.();
  return engine;
};
const [engine, second] = [await open(), await open()];
try {
  await fund(engine);
  const [version] = (await admin.query('show server_version')).rows;
  console.log(
    `${cpus().length} cores, node ${process.version}, PostgreSQL ${version.server_version}, ${SECONDS} s each`,
  );
  console.log(' callers  gifts/s   p50 ms  p95 ms  p99 ms  node us');
  for (const callers of [64, 64]) console.log(await measure([engine], callers));
} finally {
  await Promise.all([engine.stop?.(), second.stop?.()]);
  await admin.end();
  await postgres.stop();
}
