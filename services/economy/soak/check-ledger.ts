/** What must hold after everything that happened to the writers and the server. */
import pg from 'pg';
import { type VerifyResult, verifyLedger } from '../src/proof/verify.ts';
import { journalIdBy } from './transfers.ts';

export interface Acked {
  readonly writer: number;
  readonly numbers: readonly number[];
}

export interface Checked {
  readonly verified: VerifyResult;
  readonly problems: readonly string[];
}

const PAGE = 10_000;

export async function checkLedger(databaseUrl: string, acked: readonly Acked[]): Promise<Checked> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const lost = await missing(client, acked);
    const gap = await outboxGap(client);
    const verified = await verifyLedger({ databaseUrl });
    const problems = [
      ...lost,
      ...repeated(acked),
      ...(gap === '0' ? [] : [`outbox: ${gap} ids are missing`]),
      ...(verified.ok ? [] : [`verify: ${verified.firstProblem}`]),
    ];
    return { verified, problems };
  } finally {
    await client.end();
  }
}

/** A journal's id is its primary key, so what is there is there once. */
async function missing(client: pg.Client, acked: readonly Acked[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { writer, numbers } of acked) {
    for (let from = 0; from < numbers.length; from += PAGE) {
      const ids = numbers.slice(from, from + PAGE).map((number) => journalIdBy(writer, number));
      const { rows } = await client.query<{ count: string; first: string | null }>(
        `select count(*), min(acked.id::text) as first from unnest($1::uuid[]) as acked (id)
          where not exists (select from journals where journals.id = acked.id)`,
        [ids],
      );
      const [row] = rows;
      if (row !== undefined && row.count !== '0') {
        problems.push(`writer ${writer}: ${row.count} acknowledged payments are missing, first ${row.first}`);
      }
    }
  }
  return problems;
}

function repeated(acked: readonly Acked[]): readonly string[] {
  return acked.flatMap(({ writer, numbers }) => {
    const twice = numbers.length - new Set(numbers).size;
    return twice === 0 ? [] : [`writer ${writer}: ${twice} payments were acknowledged twice`];
  });
}

/** No relay takes anything away here. */
async function outboxGap(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ gap: string }>(
    'select coalesce(max(id), 0) - count(*) as gap from platform.outbox',
  );
  return rows[0]?.gap ?? 'all';
}
