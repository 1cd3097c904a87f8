/**
 * The tick: a message for nobody, published every few seconds by one gateway. A channel where nothing happens has no
 * message of its own that could be a witness, or only one that is about to age out; the tick takes its place.
 */
import { EDGE_STREAM } from '@fanfare/contracts';
import { type Logger, newId, type Part } from '@fanfare/kit';
import { type Bus, lease } from '@fanfare/messaging';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { EdgeConnection, Generation } from './connection.ts';
import { LEASE_MS, LEASES } from './leases.ts';
import type { Position } from './position.ts';
import { storedSubject, TICK } from './subjects.ts';

/** Whether the server says that there is no such stream; not when it says nothing. */
const isStreamGone = ({ manager }: Generation): Promise<boolean> =>
  manager.streams.info(EDGE_STREAM).then(
    () => false,
    (error: unknown) => error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound,
  );

/** @throws when the stream does not take it in time */
export async function publishTick({ jetstream }: Pick<Generation, 'jetstream'>): Promise<Position> {
  const id = newId();
  const { seq } = await jetstream.publish(storedSubject(TICK), '', { msgID: id });
  return { seq, id };
}

export interface TickerOptions {
  readonly bus: Bus;
  readonly connection: EdgeConnection;
  readonly nodeName: string;
  readonly replicas: number;
  readonly log: Logger;
}

/** Two ticks fit several times into the 10 s that a position may be older than the participation it serves. */
const TICK_MS = 2000;

export function ticker({ bus, connection, nodeName, replicas, log }: TickerOptions): Part {
  const turn = lease({ bus, bucket: LEASES, key: 'tick', ttlMs: LEASE_MS, holder: nodeName, replicas, log });
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    const generation = connection.current();
    if (generation === null || !turn.held()) return;
    publishTick(generation).catch(async (error: unknown) => {
      log.debug({ err: error }, 'no tick');
      // Every generation begins by making sure of the stream.
      if (await isStreamGone(generation)) await generation.connection.close();
    });
  }

  return {
    name: 'ticker',
    start: async () => {
      await turn.start?.();
      timer = setInterval(tick, TICK_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await turn.stop?.();
    },
  };
}
