/** PostgreSQL, NATS and Redis: given by the environment, or started here and kept running. */
import { type RunningServer, type ServerOptions, startNats, startPostgres, startRedis } from '@fanfare/testing/servers';
import type { DataFolder, ServerState } from './data-folder.ts';
import { type Kept, keepRunning } from './keeper.ts';

type ServerName = 'postgres' | 'nats' | 'redis';

const SERVERS: Readonly<Record<ServerName, { variable: string; start: (o: ServerOptions) => Promise<RunningServer> }>> =
  {
    postgres: { variable: 'DATABASE_URL', start: startPostgres },
    nats: { variable: 'NATS_URL', start: startNats },
    redis: { variable: 'REDIS_URL', start: startRedis },
  };
const NAMES = Object.keys(SERVERS) as readonly ServerName[];

interface Server {
  readonly name: ServerName;
  readonly url: string;
  /** Undefined for a server that the environment names. */
  readonly kept: Kept | undefined;
}

export interface Infrastructure {
  readonly urls: Readonly<Record<ServerName, string>>;
  readonly state: () => Readonly<Record<ServerName, ServerState>>;
  readonly stop: () => Promise<void>;
}

export interface InfrastructureOptions {
  readonly folder: DataFolder;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (text: string) => void;
  readonly onChange: (news: string) => void;
}

/** Starts what the environment does not name; stops what it started if one of them fails. */
export async function openInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const opened = await Promise.allSettled(NAMES.map((name) => openServer(name, options)));
  const servers = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kept?.stop()));
  };
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const byName = <T>(of: (server: Server) => T): Record<ServerName, T> =>
    Object.fromEntries(servers.map((server) => [server.name, of(server)])) as Record<ServerName, T>;
  return {
    urls: byName((server) => server.url),
    state: () => byName((server) => ({ pid: server.kept?.pid() ?? null, url: server.url })),
    stop,
  };
}

async function openServer(name: ServerName, options: InfrastructureOptions): Promise<Server> {
  const { variable, start } = SERVERS[name];
  const given = options.env[variable];
  if (given !== undefined && given !== '') {
    options.progress(`${name}: using ${variable}`);
    return { name, url: given, kept: undefined };
  }
  const settings = {
    dataDir: options.folder[name],
    durable: true,
    logFile: options.folder.log(name),
    progress: options.progress,
  };
  const first = await start(settings);
  options.progress(`${name}: listening on port ${first.port}`);
  // On the same port, so that the services' connections find it again.
  const again = (): Promise<RunningServer> => start({ ...settings, port: first.port });
  return { name, url: first.url, kept: keepRunning(first, { name, start: again, onChange: options.onChange }) };
}
