/** The stream of a producing service: one per producer, so that its order is the producer's. */
import { streamOf } from '@fanfare/contracts';
import { EVENT_DAYS, EXPECTED_STREAM_BYTES } from '@fanfare/kit/manifest';
import { JetStreamApiError, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Bus } from './bus.ts';

export interface StreamOptions {
  /** 3 in a cluster of three. */
  readonly replicas?: number;
  /** The oldest events go when the stream is larger. Default: what is kept of a producer that nobody here knows. */
  readonly maxBytes?: number;
  /** How long the stream knows a message id; default two minutes. */
  readonly duplicateWindowMs?: number;
}

const DAY_MS = 86_400_000;
const DUPLICATE_WINDOW_MS = 120_000;

/** What the stream of a service is configured to, apart from the server's own defaults. */
export function streamConfig(service: string, options: StreamOptions = {}): Partial<StreamConfig> & { name: string } {
  return {
    name: streamOf(service),
    subjects: [`evt.${service}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(EVENT_DAYS * DAY_MS),
    max_bytes: options.maxBytes ?? EXPECTED_STREAM_BYTES,
    duplicate_window: nanos(options.duplicateWindowMs ?? DUPLICATE_WINDOW_MS),
    num_replicas: options.replicas ?? 1,
    allow_direct: true,
  };
}

/** STREAM_NAME_EXIST: there is one with another configuration. */
const NAME_IN_USE = 10_058;
const isNameInUse = (error: unknown): boolean => error instanceof JetStreamApiError && error.code === NAME_IN_USE;

/**
 * Creates the stream of a producer that may not have started yet, so that what is published for its consumers is kept.
 * A stream that exists stays as its producer has configured it.
 * @throws when NATS does not answer or has no room for it
 */
export async function createStream(bus: Bus, service: string, options: StreamOptions = {}): Promise<void> {
  const { streams } = await bus.manager();
  try {
    await streams.add(streamConfig(service, options));
  } catch (error) {
    if (!isNameInUse(error)) throw error;
  }
}

/**
 * Creates `EVT_<SERVICE>` or brings it to this release's configuration; safe to call from every replica at once.
 * @throws when NATS does not answer, or when the change needs an operator (another storage type)
 */
export async function ensureStream(bus: Bus, service: string, options: StreamOptions = {}): Promise<void> {
  const { streams } = await bus.manager();
  const config = streamConfig(service, options);
  try {
    // Creating a stream that exists unchanged is accepted.
    await streams.add(config);
  } catch (error) {
    if (!isNameInUse(error)) throw error;
    await streams.update(config.name, config);
  }
}
