import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findServer } from './find-server.ts';
import { temporaryFolder } from './folders.ts';
import { ask } from './ports.ts';
import { launchProcess } from './process.ts';
import { onPort, type RunningServer, running, type ServerOptions, untilReady } from './server.ts';

const IMAGE = { name: 'nats:2.12-alpine', entrypoint: 'nats-server' };

/** A NATS server with JetStream on the loopback interface, without authentication. `durable` changes nothing here. */
export function startNats(options: ServerOptions = {}): Promise<RunningServer> {
  return onPort(options.port, async (port) => {
    const temporary = options.dataDir === undefined ? temporaryFolder('nats') : undefined;
    const dataDir = options.dataDir ?? temporary ?? '';
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const program = await findServer('nats-server', IMAGE, { port, dataDir }, options.progress);
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
