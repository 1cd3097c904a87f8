import { mkdirSync, rmSync } from 'node:fs';
import { SERVERS } from './apt-copy.ts';
import { findServer, type Sources } from './find-server.ts';
import { temporaryFolder } from './folders.ts';
import { ask } from './ports.ts';
import { launchProcess } from './process.ts';
import { onPort, type RunningServer, running, type ServerOptions, untilReady } from './server.ts';

const SOURCES: Sources = { copy: SERVERS, image: { name: 'redis:7-alpine', entrypoint: 'redis-server' } };

/**
 * A Redis server on the loopback interface, without authentication and without persistence: the platform keeps in
 * Redis only what it can lose, and a copy that came back from disk would hide a place where that is not so.
 */
export function startRedis(options: ServerOptions = {}): Promise<RunningServer> {
  return onPort(options.port, async (port) => {
    const temporary = options.dataDir === undefined ? temporaryFolder('redis') : undefined;
    const dataDir = options.dataDir ?? temporary ?? '';
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const program = await findServer('redis-server', SOURCES, { port, dataDir }, options.progress);
      const settings = {
        bind: program.listenOn,
        port: String(port),
        save: '',
        appendonly: 'no',
        dir: dataDir,
        'protected-mode': program.listenOn === '127.0.0.1' ? 'yes' : 'no',
      };
      const server = await launchProcess({
        command: program.command,
        args: [...program.prefix, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])],
        env: program.env,
        stopSignal: 'SIGTERM',
        logFile: options.logFile,
      });
      await untilReady('redis-server', server, async () => (await ask(port, 'PING\r\n')).startsWith('+PONG'));
      return running(`redis://127.0.0.1:${port}`, port, server, temporary);
    } catch (error) {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  });
}
