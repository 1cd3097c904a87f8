/**
 * Translation of one domain stream into edge channels. One gateway at a time does it, under a lease; the others wait.
 *
 *   waiting --(lease held, connected)--> leading --(lease or connection lost, publish failed)--> waiting
 */
import { setTimeout as delay } from 'node:timers/promises';
import { streamOf } from '@fanfare/contracts';
import type { Part } from '@fanfare/kit';
import { type Bus, lease } from '@fanfare/messaging';
import type { EdgeConnection } from '../edge/connection.ts';
import { LEASE_MS, LEASES } from '../edge/leases.ts';
import { type LeadOptions, lead } from './lead.ts';

export interface TranslatorOptions extends Omit<LeadOptions, 'stream'> {
  /** Whose stream: `gifting`. */
  readonly service: string;
  readonly bus: Bus;
  readonly connection: EdgeConnection;
  readonly nodeName: string;
}

const WAIT_MS = 100;
/** A stream whose service has never run does not exist yet. */
const RETRY_MS = 500;

export function translator(options: TranslatorOptions): Part {
  const { service, bus, connection, replicas, metrics } = options;
  const stream = streamOf(service);
  const log = options.log.child({ stream });
  const turn = lease({
    bus,
    bucket: LEASES,
    key: `translate-${service}`,
    ttlMs: LEASE_MS,
    holder: options.nodeName,
    replicas,
    log,
    onChange: (held) => metrics.leader.set({ stream }, held ? 1 : 0),
  });
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /** Never rejects. */
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const generation = connection.current();
      if (generation === null || !turn.held()) {
        await delay(WAIT_MS);
        continue;
      }
      try {
        await lead({ ...options, stream, log }, { generation, held: turn.held, stopping: stopping.signal });
      } catch (error) {
        log.debug({ err: error }, 'translation stopped, going on from the cursor');
        await delay(RETRY_MS);
      }
    }
  }

  return {
    name: `translator ${service}`,
    start: async () => {
      await turn.start?.();
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
      await turn.stop?.();
    },
  };
}
