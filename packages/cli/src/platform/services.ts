import { join } from 'node:path';
import { services } from '@fanfare/contracts/services';
import type { Manifest } from '@fanfare/kit/manifest';
import { serviceFolder } from '../paths.ts';

/** The services that run, in the order in which they start: who is called comes before who calls. */
export interface ServiceEntry {
  readonly name: string;
  /** Whether it owns a database of its own. */
  readonly database: boolean;
  /** Whether it serves RPCs that others call. */
  readonly rpc: boolean;
}

/** Each service says in its manifest what it is; the list says which there are. */
const manifests = await Promise.all(
  services.map(async (name): Promise<Manifest> => (await import(join(serviceFolder(name), 'manifest.ts'))).manifest),
);

export const SERVICES: readonly ServiceEntry[] = startingOrder(manifests).map(({ name, database, rpc }) => ({
  name,
  database: database !== undefined,
  rpc,
}));

/** Who is called before who calls; else as they are listed. */
export function startingOrder<M extends Pick<Manifest, 'name' | 'calls'>>(all: readonly M[]): readonly M[] {
  const ordered = new Set<M>();
  const visiting = new Set<M>();
  const visit = (manifest: M): void => {
    if (visiting.has(manifest)) return;
    visiting.add(manifest);
    for (const other of all) if (manifest.calls === 'all' || manifest.calls.includes(other.name)) visit(other);
    ordered.add(manifest);
  };
  for (const manifest of all) visit(manifest);
  return [...ordered];
}

/** The one that listens for the public. */
export const GATEWAY = 'gateway';

/** How many of each service run; one of those that are not named. */
export type Replicas = Readonly<Record<string, number>>;

/** More would not fit a development machine; a typing error should not start a thousand. */
const MOST_REPLICAS = 9;

/**
 * Reads `gateway=2,economy=2`.
 * @throws RangeError naming the part that is wrong
 */
export function parseReplicas(text: string): Replicas {
  const replicas: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, name = '', count = ''] = /^([a-z-]+)=([0-9]+)$/.exec(part) ?? [];
    const known = SERVICES.some((service) => service.name === name);
    if (!known)
      throw new RangeError(`"${part}" is not SERVICE=N with a service of ${SERVICES.map((s) => s.name).join(', ')}`);
    if (Number(count) < 1 || Number(count) > MOST_REPLICAS)
      throw new RangeError(`"${part}": N is 1 to ${MOST_REPLICAS}`);
    replicas[name] = Number(count);
  }
  return replicas;
}
