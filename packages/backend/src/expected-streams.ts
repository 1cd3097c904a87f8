/**
 * The streams this service reads whose producers may not be running yet: with them in place, events can be published
 * by whoever has them. A producer that comes later finds its stream and makes it its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, Part } from '@fanfare/kit';
import { type Bus, backoffMs, createStream, type StreamOptions } from '@fanfare/messaging';

export interface ExpectedStreamsOptions {
  readonly bus: Bus;
  /** Services by name: `social` for `EVT_SOCIAL`. */
  readonly producers: readonly string[];
  readonly stream: StreamOptions;
  readonly log: Logger;
}

/** Creates them in the background and again after every new connection, because a server may come back empty. */
export function expectedStreams({ bus, producers, stream, log }: ExpectedStreamsOptions): Part {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let unlisten = (): void => {};

  async function create(): Promise<void> {
    const generation = bus.generation();
    for (let attempt = 1; !stopping.signal.aborted && bus.generation() === generation; attempt += 1) {
      try {
        for (const producer of producers) await createStream(bus, producer, stream);
        return;
      } catch (error) {
        log.warn({ err: error, producers, attempt }, 'expected streams were not created, trying again');
      }
      // Rejects when it is aborted, which is the only way it can fail.
      await delay(backoffMs(attempt), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    name: 'expected streams',
    start: async () => {
      unlisten = bus.onConnection((connected) => {
        if (connected) running = running.then(create);
      });
      running = create();
    },
    stop: async () => {
      unlisten();
      stopping.abort();
      await running;
    },
  };
}
