/**
 * A real browser without a window, for tests of what runs in pages: Chromium from `CHROMIUM` (a path), from PATH, or a
 * private copy that apt downloads (125 MB or more, once; nothing is installed).
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { aptCopy, type PackageSet } from './servers/apt-copy.ts';
import { findOnPath } from './servers/path-search.ts';
import { aptIsUsable } from './servers/private-apt.ts';

export type { Browser, Page } from 'playwright-core';

const run = promisify(execFile);

const ON_PATH = ['chromium', 'chromium-browser', 'google-chrome'];
const PACKAGES: PackageSet = { folder: 'apt-chromium-1', packages: ['chromium'] };
const VERSION_TIMEOUT_MS = 30_000;

const FLAGS = [
  // Tests run as root in containers, where Chromium's own sandbox cannot.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // It talks to nobody but the page's servers.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Program {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A browser to launch, or why there is none on this machine. */
export type BrowserSearch = { readonly program: Program } | { readonly missing: string };

/** @throws when `CHROMIUM` is set and is no browser that runs */
export async function findBrowser(progress?: (text: string) => void): Promise<BrowserSearch> {
  const given = process.env['CHROMIUM'];
  if (given !== undefined && given !== '') return { program: await answering({ command: given, env: process.env }) };
  const found = ON_PATH.map((name) => findOnPath(name)).filter((path) => path !== undefined);
  for (const command of found) {
    // What Ubuntu has there only says which snap to install.
    const program = await answering({ command, env: process.env }).catch(() => null);
    if (program !== null) return { program };
  }
  if (!aptIsUsable()) return { missing: 'there is no chromium on PATH, and no apt to fetch one with' };
  try {
    const copy = await aptCopy(PACKAGES, progress);
    return { program: await answering({ command: copy.program('chromium'), env: copy.env }) };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-1);
    return { missing: `there is no chromium on PATH, and apt could not fetch one: ${reason}` };
  }
}

async function answering(program: Program): Promise<Program> {
  await run(program.command, ['--version'], { env: program.env, timeout: VERSION_TIMEOUT_MS });
  return program;
}

/** Headless, with a profile of its own that goes with it; the browser ends with this process. Close it. */
export const launchBrowser = ({ command, env }: Program): Promise<Browser> =>
  chromium.launch({ executablePath: command, env: definedOf(env), headless: true, args: FLAGS });

const definedOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
