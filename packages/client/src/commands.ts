/** Commands that change something: sent again, unchanged, until they are answered, whatever the connection does. */
import { backoffMs } from './backoff.ts';
import { FanfareError } from './fanfare-error.ts';
import { delay } from './http.ts';

/** After this a command is given up on; its id may be used again to find out what became of it. */
const PATIENCE_MS = 60_000;

/**
 * Runs `send` whenever `ready` lets it, until it is answered. What is sent must be safe to repeat: it has an id.
 * @throws FanfareError the platform's refusal; or NOT_ACKNOWLEDGED, with `sent` as its details, after a minute
 * without an answer: the command may have been carried out, and a repeat under its id tells
 */
export async function untilAnswered<T>(
  ready: () => Promise<void>,
  sent: Readonly<Record<string, string>>,
  send: () => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await within(giveUpAt - performance.now(), ready());
      return await send();
    } catch (error) {
      if (!(error instanceof FanfareError) || !error.retryable) throw error;
      const pause = error.retryAfterMs ?? backoffMs(attempt, Math.random());
      if (performance.now() + pause >= giveUpAt) throw notAcknowledged(sent, error);
      await delay(pause);
    }
  }
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(FanfareError.network('not connected in time')), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const notAcknowledged = (details: Readonly<Record<string, string>>, last: FanfareError): FanfareError =>
  new FanfareError({
    code: 'NOT_ACKNOWLEDGED',
    kind: 'deadline',
    message: `Nobody has answered for a minute (${last.code}). Sent again under the same id, it tells what became of it.`,
    details,
    retryable: true,
  });
