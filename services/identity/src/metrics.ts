/** What identity counts, one function per business event. */
import { Counter, type Registry } from 'prom-client';

export interface IdentityMetrics {
  readonly registered: () => void;
  /** @param outcome `in`, or the reason of the refusal */
  readonly triedToLogIn: (outcome: string) => void;
  /** @param outcome `in`, or the reason of the refusal */
  readonly triedToRefresh: (outcome: string) => void;
  /** A replaced refresh token was used: somebody has two copies of it. */
  readonly caughtReuse: () => void;
}

export function identityMetrics(registry: Registry): IdentityMetrics {
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `fanfare_identity_${name}_total`, help, labelNames, registers: [registry] });
  const registrations = counter('registrations', 'Accounts made');
  const logins = counter('logins', 'Logins, by outcome', ['outcome']);
  const refreshes = counter('refreshes', 'Refreshes, by outcome', ['outcome']);
  const reuses = counter('refresh_token_reuses', 'Sessions ended because a replaced refresh token was used');
  return {
    registered: () => registrations.inc(),
    triedToLogIn: (outcome) => logins.inc({ outcome }),
    triedToRefresh: (outcome) => refreshes.inc({ outcome }),
    caughtReuse: () => reuses.inc(),
  };
}
