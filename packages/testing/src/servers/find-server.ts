/** Which program runs a server here: one on PATH, else a private copy from apt, else an image under Docker. */
import { spawnSync } from 'node:child_process';
import { aptCopy, type PackageSet } from './apt-copy.ts';
import { findOnPath } from './path-search.ts';
import { aptIsUsable } from './private-apt.ts';

const LOOPBACK = '127.0.0.1';

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

/** Where a server may come from. */
export interface Sources {
  readonly copy: PackageSet;
  readonly image: Image;
  /** PATH is what is left when the others have nothing: it may have another version than the one that is wanted. */
  readonly pathLast?: boolean;
}

/**
 * Finds the program `name`.
 * @throws saying how to get it, when there is none and neither apt nor Docker can bring it
 */
export async function findServer(
  name: string,
  { copy, image, pathLast = false }: Sources,
  where: { readonly port: number; readonly dataDir: string },
  progress?: (text: string) => void,
): Promise<Program> {
  const found = findOnPath(name);
  const onPath = found === undefined ? undefined : { command: found, env: process.env, prefix: [], listenOn: LOOPBACK };
  if (onPath !== undefined && !pathLast) return onPath;
  if (aptIsUsable()) {
    const { program, env } = await aptCopy(copy, progress);
    return { command: program(name), env, prefix: [], listenOn: LOOPBACK };
  }
  const docker = findOnPath('docker');
  if (docker !== undefined && dockerAnswers(docker)) {
    return { command: docker, env: process.env, prefix: dockerPrefix(image, where), listenOn: '0.0.0.0' };
  }
  if (onPath !== undefined) return onPath;
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
