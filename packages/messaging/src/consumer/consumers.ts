/**
 * Runs a service's consumers. Each is a loop: attach to the durable (waiting for the stream if its producer has not
 * started yet), take what is waiting, handle it, acknowledge. There is no timer: a quiet stream is handled event by
 * event, a busy one in batches.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { streamOf } from '@fanfare/contracts';
import type { Database } from '@fanfare/database';
import type { Logger, Part } from '@fanfare/kit';
import type { JsMsg } from '@nats-io/jetstream';
import type { Registry } from 'prom-client';
import { backoffMs } from '../backoff.ts';
import type { Bus } from '../bus.ts';
import type { Consumer } from './define.ts';
import { type Delivered, handling } from './handle.ts';
import { pruneInbox } from './inbox.ts';
import { consumerMetrics } from './metrics.ts';
import { readMessage } from './read-message.ts';
import { type Attachment, attach } from './subscription.ts';

export interface ConsumersOptions {
  readonly service: string;
  readonly bus: Bus;
  readonly database: Database;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Called after every committed batch; `relay.wake` for a service whose handlers announce. */
  readonly afterCommit?: () => void;
}

const PRUNE_MS = 3_600_000;

export function consumers(options: ConsumersOptions, definitions: readonly Consumer[]): Part {
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];
  let pruning: NodeJS.Timeout | undefined;

  const prune = (): void => {
    pruneInbox(options.database).then(
      (pruned) => options.log.debug({ pruned }, 'inbox pruned'),
      (error: unknown) => options.log.warn({ err: error }, 'inbox not pruned'),
    );
  };
  return {
    name: `consumers of ${options.service}`,
    start: async () => {
      loops = definitions.map((consumer) => run(options, consumer, stopping.signal));
      pruning = setInterval(prune, PRUNE_MS);
    },
    stop: async () => {
      stopping.abort();
      clearInterval(pruning);
      await Promise.all(loops);
    },
  };
}

async function run(options: ConsumersOptions, consumer: Consumer, signal: AbortSignal): Promise<void> {
  const { bus, log, database } = options;
  const metrics = consumerMetrics(options.metrics);
  const pause = (milliseconds: number): Promise<void> => delay(milliseconds, undefined, { signal });
  const stopped = (): boolean => signal.aborted;
  const afterCommit = options.afterCommit ?? (() => {});
  const { handle, bury } = handling({ database, log, metrics, pause, stopped, afterCommit }, consumer);

  async function work(messages: readonly JsMsg[]): Promise<void> {
    const events: Delivered[] = [];
    for (const message of messages) {
      const reading = readMessage(consumer, message);
      if (reading.kind === 'malformed') await bury(reading.letter);
      if (reading.kind === 'event') events.push(reading.delivered);
    }
    if (events.length > 0) await handle(events);
  }

  async function drain(attachment: Attachment): Promise<void> {
    signal.addEventListener('abort', attachment.end, { once: true });
    try {
      while (!attachment.ended() && !stopped()) {
        const messages = await attachment.take(consumer.maxBatch);
        await work(messages);
        attachment.done(messages);
        const behind = (messages.at(-1)?.info.pending ?? 0) + attachment.waiting();
        metrics.lag.set({ consumer: consumer.durable }, behind);
      }
    } finally {
      signal.removeEventListener('abort', attachment.end);
      await attachment.close();
    }
  }

  for (let failures = 0; !stopped(); ) {
    try {
      const attachment = await attach(bus, consumer);
      failures = 0;
      await drain(attachment);
    } catch (error) {
      if (stopped()) return;
      failures += 1;
      const about = { err: error, consumer: consumer.durable, stream: streamOf(consumer.producer), failures };
      log.info(about, 'consumer waits for its stream');
      // Rejects only when stopped, which the loop's condition sees.
      await pause(backoffMs(failures)).catch(() => undefined);
    }
  }
}
