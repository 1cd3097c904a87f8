/**
 * Lifecycle. A service is a list of parts, started top to bottom and stopped bottom to top. Stopping first says "not
 * ready", so that nobody sends new work, then stops each part; what has not stopped at the deadline is left behind.
 */
import type { Logger } from './logger.ts';

/** Something with a beginning and an end. `stop` is called only after `start` has succeeded, and once. */
export interface Part {
  readonly name: string;
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
  /** What is wrong right now, or null: a reason for /readyz to answer 503. */
  readonly problem?: () => string | null;
}

export interface Service {
  readonly name: string;
  readonly start: () => Promise<void>;
  /** Drains and stops; safe to call twice. Resolves at the latest after the shutdown timeout. */
  readonly stop: () => Promise<void>;
  /** Problems that keep the service from being ready; empty when it is. */
  readonly problems: () => readonly string[];
}

export interface ServiceOptions {
  readonly log: Logger;
  readonly shutdownTimeoutMs: number;
}

/** A part that has nothing to start: closes what the caller opened. */
export const closing = (name: string, stop: () => Promise<void>): Part => ({ name, stop });

export function composeService(name: string, parts: readonly Part[], options: ServiceOptions): Service {
  const running: Part[] = [];
  let state: 'new' | 'starting' | 'started' | 'stopping' = 'new';
  let stopped: Promise<void> | undefined;

  async function stopRunning(): Promise<void> {
    for (const part of running.splice(0).reverse()) {
      try {
        await part.stop?.();
      } catch (error) {
        options.log.error({ err: error, part: part.name }, 'part did not stop cleanly');
      }
    }
  }

  return {
    name,
    start: async () => {
      state = 'starting';
      for (const part of parts) {
        try {
          await part.start?.();
        } catch (error) {
          await stopRunning();
          throw new Error(`${name}: ${part.name} did not start`, { cause: error });
        }
        running.push(part);
      }
      state = 'started';
      options.log.info('ready');
    },
    stop: () => {
      state = 'stopping';
      stopped ??= withinDeadline(stopRunning(), options.shutdownTimeoutMs, () =>
        options.log.error({ parts: running.map((part) => part.name) }, 'shutdown timeout: parts left behind'),
      );
      return stopped;
    },
    problems: () => {
      if (state !== 'started') return [`${name} is ${state}`];
      return parts.flatMap((part) => {
        const problem = part.problem?.() ?? null;
        return problem === null ? [] : [`${part.name}: ${problem}`];
      });
    },
  };
}

async function withinDeadline(work: Promise<void>, milliseconds: number, onTimeout: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onTimeout();
      resolve();
    }, milliseconds);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

/**
 * The body of a service's `main.ts`: starts it, stops it on SIGTERM and SIGINT, and leaves with 1 if it cannot start.
 * A second signal ends the process at once.
 */
export async function runService(create: () => Promise<Service>): Promise<void> {
  let service: Service;
  try {
    service = await create();
    await service.start();
  } catch (error) {
    console.error(error instanceof Error && error.name === 'ConfigError' ? error.message : error);
    process.exit(1);
  }
  let asked = false;
  const leave = (): void => {
    if (asked) process.exit(1);
    asked = true;
    service.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
}
