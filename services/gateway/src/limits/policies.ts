/** Who may ask how much. The defaults let 100 commands pass in a burst, with room for what a client does besides. */
import type { Rate } from './token-bucket.ts';

/** What a policy counts by. `header:<name>` is for callers with a key of their own, such as an API token. */
export type LimitKey = 'user' | 'token' | 'ip' | `header:${string}`;

export interface Policy extends Rate {
  readonly name: string;
  readonly by: LimitKey;
}

export const defaultPolicies = {
  /** Commands and requests of one user over all their connections, cluster-wide. */
  user: { name: 'user', by: 'user', capacity: 300, perSecond: 100 },
  /** Requests without a valid token. One address may be a whole office, or a mobile network's. */
  ip: { name: 'ip', by: 'ip', capacity: 2000, perSecond: 200 },
  /** Commands on one socket; in memory, before anything is asked. */
  connection: { name: 'connection', by: 'token', capacity: 300, perSecond: 100 },
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof defaultPolicies;
export type Policies = Readonly<Record<PolicyName, Policy>>;

const isPolicyName = (name: string): name is PolicyName => Object.hasOwn(defaultPolicies, name);

/**
 * The defaults with what `text` changes: `user=300/100,ip=2000/200` is a burst of 300 and then 100 a second per user;
 * `off` lets everything pass, for load tests.
 * @throws Error that names the part which cannot be read
 */
export function policiesOf(text: string | undefined): Policies {
  const policies: Record<PolicyName, Policy> = { ...defaultPolicies };
  if (text === undefined) return policies;
  if (text === 'off') return unlimited();
  for (const part of text.split(',')) {
    const [, name = '', capacity, perSecond] = /^\s*(\w+)=(\d+)\/(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    const rate = { capacity: Number(capacity), perSecond: Number(perSecond) };
    if (!isPolicyName(name) || !(rate.capacity > 0 && rate.perSecond > 0)) {
      throw new Error(`rate limit '${part}' must be user=, ip= or connection= burst/per-second, as in user=300/100`);
    }
    policies[name] = { ...policies[name], ...rate };
  }
  return policies;
}

function unlimited(): Policies {
  const open = { capacity: Number.POSITIVE_INFINITY, perSecond: Number.POSITIVE_INFINITY };
  return {
    user: { ...defaultPolicies.user, ...open },
    ip: { ...defaultPolicies.ip, ...open },
    connection: { ...defaultPolicies.connection, ...open },
  };
}
