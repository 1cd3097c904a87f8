/** Asks the operators' port of a replica, and each server in its own words, whether they serve. */
import { ask } from '@fanfare/testing/servers';
import pg from 'pg';
import type { PlatformState } from './data-folder.ts';

const PROBE_TIMEOUT_MS = 1000;

/** The problems that /readyz names; empty when ready, one text when nobody answers. */
export async function problemsOf(opsPort: number): Promise<readonly string[]> {
  try {
    const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const body = (await response.json()) as { problems?: readonly string[] };
    if (response.ok) return [];
    return body.problems ?? [`/readyz answers ${response.status}`];
  } catch {
    return [`nothing answers on operators' port ${opsPort} yet`];
  }
}

/** Whether every server takes work right now. */
export async function infrastructureAnswers(servers: NonNullable<PlatformState['infrastructure']>): Promise<boolean> {
  const answers = await Promise.all([
    connects(servers.postgres.url),
    answersAt(servers.nats.url, '', 'INFO'),
    answersAt(servers.redis.url, 'PING\r\n', ''),
  ]);
  return answers.every(Boolean);
}

async function answersAt(url: string, question: string, start: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  // A server elsewhere is its operator's business; asking it needs credentials and TLS, which the services have.
  if (hostname !== '127.0.0.1') return true;
  const answer = await ask(Number(port), question, PROBE_TIMEOUT_MS);
  return answer !== '' && answer.startsWith(start);
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PROBE_TIMEOUT_MS });
  client.on('error', () => {}); // the answer below says it
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
