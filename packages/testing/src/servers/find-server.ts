/** Which program runs a server here: one on PATH, else a private copy from apt, else an image under Docker. */
import { spawnSync } from 'node:child_process';
import { aptCopy, aptIsUsable, SERVERS } from './apt-copy.ts';
import { findOnPath } from './path-search.ts';

export interface Program {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** Arguments that come before the server's own. */
  readonly prefix: readonly string[];
  /** Address the server must listen on: inside a container the loopback interface is not ours. */
  readonly listenOn: string;
}

export interface Image {
  readonly name: string;
  /** The program to run inside. */
  readonly entrypoint: string;
}

/**
 * Finds the program `name`.
 * @throws saying how to get it, when there is none and neither apt nor Docker can bring it
 */
export async function findServer(
  name: string,
  image: Image,
  where: { readonly port: number; readonly dataDir: string },
  progress?: (text: string) => void,
): Promise<Program> {
  const onPath = findOnPath(name);
  if (onPath !== undefined) return { command: onPath, env: process.env, prefix: [], listenOn: '127.0.0.1' };
  if (aptIsUsable()) {
    const copy = await aptCopy(SERVERS, progress);
    return { command: copy.program(name), env: copy.env, prefix: [], listenOn: '127.0.0.1' };
  }
  const docker = findOnPath('docker');
  if (docker !== undefined && dockerAnswers(docker)) {
    return { command: docker, env: process.env, prefix: dockerPrefix(image, where), listenOn: '0.0.0.0' };
  }
  throw new Error(`${name} is missing: install it (apt install ${name}, brew install ${name}) or start Docker`);
}

export function dockerAnswers(docker: string): boolean {
  return spawnSync(docker, ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** In the foreground and removed at its end; the data folder has the same path inside, so arguments fit both. */
export function dockerPrefix(image: Image, where: { readonly port: number; readonly dataDir: string }): string[] {
  const publish = `127.0.0.1:${where.port}:${where.port}`;
  const mount = `${where.dataDir}:${where.dataDir}`;
  return ['run', '--rm', '--init', '-p', publish, '-v', mount, '--entrypoint', image.entrypoint, image.name];
}
