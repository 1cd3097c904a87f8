/** A database and a role for each service on one server, brought up to date. Safe to run again. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { migrate } from '@fanfare/database';
import pg from 'pg';
import { serviceFolder } from '../paths.ts';

const OBJECT_EXISTS = ['42710', '42P04', '23505'];

/** The roles' passwords, made on first use and kept in a file that only its owner can read. */
function passwordsIn(file: string, services: readonly string[]): Readonly<Record<string, string>> {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const passwords = Object.fromEntries(services.map((name) => [name, known[name] ?? randomBytes(18).toString('hex')]));
  writeFileSync(file, JSON.stringify({ ...known, ...passwords }), { mode: 0o600 });
  return passwords;
}

/**
 * @param serverUrl of a role that may create roles and databases
 * @returns each service's own address, as a role that owns its database and nothing else
 */
export async function prepareDatabases(
  serverUrl: string,
  services: readonly string[],
  passwordFile: string,
): Promise<Readonly<Record<string, string>>> {
  const passwords = passwordsIn(passwordFile, services);
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    for (const service of services) await createOwned(admin, service, passwords[service] ?? '');
  } finally {
    await admin.end();
  }
  const urls = services.map((service) => [service, addressOf(serverUrl, service, passwords[service] ?? '')] as const);
  for (const [service, url] of urls) await migrate(url, serviceFolder(service));
  return Object.fromEntries(urls);
}

/** A service's own database on the server, as the role that owns it. */
export function addressOf(serverUrl: string, service: string, password: string): string {
  const url = new URL(serverUrl);
  url.username = service;
  url.password = password;
  url.pathname = `/${service}`;
  return url.href;
}

async function createOwned(admin: pg.Client, service: string, password: string): Promise<void> {
  const [role, secret] = [admin.escapeIdentifier(service), admin.escapeLiteral(password)];
  await unlessThere(admin.query(`create role ${role} login`));
  await admin.query(`alter role ${role} password ${secret}`);
  await unlessThere(admin.query(`create database ${role} owner ${role}`));
  // Otherwise every role may connect to every database.
  await admin.query(`revoke all on database ${role} from public`);
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!OBJECT_EXISTS.includes((error as { code?: string }).code ?? '')) throw error;
  }
}
