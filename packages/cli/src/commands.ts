/** Every command of `./fanfare`. A new one is one entry here and one module in commands/. */
import type { Command } from './command-line.ts';
import { type Program, programs } from './programs.ts';

const dataDir = { 'data-dir': { type: 'string', value: 'DIR', help: 'where the data is (default .fanfare)' } } as const;
const json = { json: { type: 'boolean', help: 'JSON alone on stdout' } } as const;

/** Measured figures, each compared with a baseline in the same run. */
const BENCHES: Readonly<Record<string, Program>> = {
  bus: () => import('./benches/bus.ts'),
  edge: () => import('./benches/edge.ts'),
  ledger: () => import('./benches/ledger.ts'),
};

const bench = {
  seconds: { type: 'string', value: 'N', help: 'of each measured window (bus: default 3, edge and ledger: 2)' },
  events: { type: 'string', value: 'N', help: 'bus: how many wait in the outbox (default 50000)' },
  entries: { type: 'string', value: 'N', help: 'ledger: how large it grows (default 10000000; 0: not at all)' },
  only: { type: 'string', value: 'PART,...', help: 'edge: some of fanout, slow, idle, recovery' },
  connections: { type: 'string', value: 'N', help: 'edge: how many are idle (default 15000)' },
  cycles: { type: 'string', value: 'N', help: 'edge: how often somebody connects, joins and leaves (default 100000)' },
} as const;

/** Proofs that take minutes, seeded and repeatable. */
const SOAKS: Readonly<Record<string, Program>> = {
  bus: () => import('./soaks/bus.ts'),
  drain: () => import('./soaks/drain.ts'),
  fuzz: () => import('./soaks/fuzz.ts'),
  kill: () => import('./soaks/kill.ts'),
  ledger: () => import('./soaks/ledger.ts'),
  outage: () => import('./soaks/outage.ts'),
  recovery: () => import('./soaks/recovery.ts'),
  sim: () => import('./soaks/sim.ts'),
  slow: () => import('./soaks/slow.ts'),
};

const soak = {
  seed: { type: 'string', value: 'N', help: 'decides what happens and when' },
  frames: { type: 'string', value: 'N', help: 'fuzz: how many (default 100000)' },
  from: { type: 'string', value: 'I', help: 'fuzz: only frames, from this one on' },
  rounds: { type: 'string', value: 'N', help: 'how often (kill: default 10; recovery: runs, 1000; sim: seeds, 10000)' },
  seconds: {
    type: 'string',
    value: 'N',
    help: 'how long (bus: default 300, ledger: 600, drain, outage and slow: 60; recovery: its second part, 60)',
  },
  run: { type: 'string', value: 'N', help: 'recovery: this run of the seed alone' },
} as const;

export const COMMANDS: readonly Command[] = [
  {
    name: 'up',
    summary: 'Starts the platform: servers, databases, services, demo data.',
    options: {
      processes: { type: 'boolean', help: 'one process for each service instead of one for all' },
      replicas: { type: 'string', value: 'NAME=N,...', help: 'copies of a service: gateway=2,economy=2' },
      port: { type: 'string', value: 'N', help: 'public port (default 8080); further gateways take the next ones' },
      ...dataDir,
      fresh: { type: 'boolean', help: 'remove earlier data first' },
      detach: { type: 'boolean', help: 'return when ready and leave it running' },
    },
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'down',
    summary: 'Stops what `up` started.',
    options: dataDir,
    load: () => import('./commands/down.ts'),
  },
  {
    name: 'status',
    summary: 'Tells what runs; exit code 0 when all of it is ready, 3 when not.',
    options: { ...json, ...dataDir },
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'logs',
    summary: 'Prints the log of everything, or of one service or server.',
    positionals: ['[service]'],
    options: { follow: { type: 'boolean', help: 'go on with what is added' }, ...dataDir },
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'demo',
    summary: 'Two people, a room and gifts, by real clients; starts the platform if needed.',
    options: dataDir,
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'test',
    summary: 'Runs every check, or those of one package, service or group.',
    positionals: ['[area]'],
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'doctor',
    summary: 'Says what is missing on this machine and how to get it.',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'verify',
    summary: 'Rebuilds the ledger from its entries and says whether it is sound.',
    options: { ...json, ...dataDir },
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'sim',
    summary: 'Runs ledger and outbox in virtual time while everything fails, and judges them by a small model.',
    options: {
      seed: { type: 'string', value: 'N', help: 'decides what happens and when (default: some number)' },
      seeds: { type: 'string', value: 'K', help: 'how many, from that one on (default 1)' },
      trace: { type: 'boolean', help: 'print every step on stderr' },
      ...json,
    },
    load: () => import('./commands/sim.ts'),
  },
  {
    name: 'new-service',
    summary: 'Makes a service that runs with the others and passes the tests.',
    positionals: ['NAME'],
    load: () => import('./commands/new-service.ts'),
  },
  {
    name: 'events',
    summary: 'Sends events that went out before once more: events replay --service NAME.',
    positionals: ['replay'],
    options: {
      service: { type: 'string', value: 'NAME', help: 'the producer' },
      from: { type: 'string', value: 'SEQ', help: 'first sequence in its stream' },
      to: { type: 'string', value: 'SEQ', help: 'last sequence' },
      subject: { type: 'string', value: 'PREFIX', help: 'only subjects that begin so' },
      ...dataDir,
    },
    load: () => import('./commands/events.ts'),
  },
  ...programs({ name: 'bench', summary: 'Measures: bench NAME.', options: { ...json, ...bench } }, BENCHES),
  ...programs({ name: 'soak', summary: 'Long proofs: soak NAME.', options: { ...json, ...soak } }, SOAKS),
];
