/** The services that run, in the order in which they start: who is called comes before who calls. */
export interface ServiceEntry {
  readonly name: string;
  /** Whether it owns a database of its own. */
  readonly database: boolean;
  /** Whether it serves RPCs that others call. */
  readonly rpc: boolean;
}

export const SERVICES: readonly ServiceEntry[] = [
  { name: 'identity', database: true, rpc: true },
  { name: 'economy', database: true, rpc: true },
  { name: 'gifting', database: true, rpc: true },
  { name: 'rooms', database: true, rpc: true },
  { name: 'gateway', database: false, rpc: false },
];

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
export function parseReplicas(text: string, services = SERVICES): Replicas {
  const replicas: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, name = '', count = ''] = /^([a-z-]+)=([0-9]+)$/.exec(part) ?? [];
    const known = services.some((service) => service.name === name);
    if (!known)
      throw new RangeError(`"${part}" is not SERVICE=N with a service of ${services.map((s) => s.name).join(', ')}`);
    if (Number(count) < 1 || Number(count) > MOST_REPLICAS)
      throw new RangeError(`"${part}": N is 1 to ${MOST_REPLICAS}`);
    replicas[name] = Number(count);
  }
  return replicas;
}
