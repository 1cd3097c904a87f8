import { backoffMs, type Closing, reconnectInMs } from './backoff.ts';

/** What follows when a connection is lost: `waitMs` until the next attempt, or null at the end. */
export interface NextStep {
  readonly waitMs: number | null;
  readonly code: number | null;
  readonly reason: string;
}

/** Remembers across attempts what the server has said, how often we have tried, and whether the token is at fault. */
export interface ReconnectPlan {
  /** Before each attempt. True when it needs a new access token. */
  readonly begin: () => boolean;
  /** The new token is there. */
  readonly renewed: () => void;
  /** The server says why it will end the connection, or has refused it. */
  readonly told: (notice: Closing) => void;
  readonly opened: () => void;
  readonly lost: (reason: string, random: number) => NextStep;
  /** Something says that the next attempt may succeed: starts anew, or null when the server has said when to come. */
  readonly hurry: (random: number) => number | null;
}

export function reconnectPlan(): ReconnectPlan {
  let attempt = 0;
  let closing: Closing | null = null;
  let token: 'good' | 'to-renew' | 'renewed' = 'good';
  return {
    begin: () => {
      closing = null;
      return token === 'to-renew';
    },
    renewed: () => {
      token = 'renewed';
    },
    told: (notice) => {
      // A renewed token may expire before it gets through, as on a laptop that sleeps. One that is refused for anything
      // else will not get better by another.
      const isCurable = notice.reason === 'TOKEN_EXPIRED' || (notice.reason === 'TOKEN_INVALID' && token === 'good');
      if (isCurable) token = 'to-renew';
      closing = isCurable ? { code: 4000, reason: notice.reason, retryAfterMs: 0 } : notice;
    },
    opened: () => {
      attempt = 0;
      token = 'good';
    },
    lost: (reason, random) => {
      const waitMs = reconnectInMs(closing, attempt, random);
      attempt += 1;
      return { waitMs, code: closing?.code ?? null, reason: closing?.reason ?? reason };
    },
    hurry: (random) => {
      if (closing !== null) return null;
      attempt = 0;
      return backoffMs(attempt, random);
    },
  };
}
