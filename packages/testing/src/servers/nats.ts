import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEWEST_NATS, SERVERS } from './apt-copy.ts';
import { findServer, type Sources } from './find-server.ts';
import { temporaryFolder } from './folders.ts';
import { ask } from './ports.ts';
import { launchProcess } from './process.ts';
import { onPort, type RunningServer, running, type ServerOptions, untilReady } from './server.ts';

/** Names the version for this process and what it starts: `older`, or the newest that can be had. */
export const NATS_VERSION = 'FANFARE_NATS';

const NEWEST: Sources = { copy: NEWEST_NATS, image: { name: 'nats:2.12-alpine', entrypoint: 'nats-server' } };
/** What the distribution itself has, which operators run too: 2.9 on Debian 12. */
const OLDER: Sources = {
  copy: SERVERS,
  image: { name: 'nats:2.9-alpine', entrypoint: 'nats-server' },
  pathLast: true,
};

/** A NATS server with JetStream on the loopback interface, without authentication. `durable` changes nothing here. */
export function startNats(options: ServerOptions = {}): Promise<RunningServer> {
  const sources = process.env[NATS_VERSION] === 'older' ? OLDER : NEWEST;
  return onPort(options.port, async (port) => {
    const temporary = options.dataDir === undefined ? temporaryFolder('nats') : undefined;
    const dataDir = options.dataDir ?? temporary ?? '';
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const program = await findServer('nats-server', sources, { port, dataDir }, options.progress);
      const config = join(dataDir, 'nats.conf');
      writeFileSync(config, natsConfig(program.listenOn, port, dataDir));
      const server = await launchProcess({
        command: program.command,
        args: [...program.prefix, '-c', config],
        env: program.env,
        stopSignal: 'SIGTERM',
        logFile: options.logFile,
      });
      await untilReady('nats-server', server, async () => (await ask(port, '')).includes('"jetstream":true'));
      return running(`nats://127.0.0.1:${port}`, port, server, temporary);
    } catch (error) {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  });
}

/**
 * A stream reserves its `max_bytes` against the file store's limit, which by default is a share of the free disk: on a
 * small disk the streams of the platform would be refused although they stay nearly empty, so the limit is set far away.
 */
function natsConfig(host: string, port: number, dataDir: string): string {
  return [
    `listen: ${JSON.stringify(`${host}:${port}`)}`,
    `jetstream { store_dir: ${JSON.stringify(dataDir)}, max_memory_store: 1GB, max_file_store: 1TB }`,
    '',
  ].join('\n');
}
