/**
 * The stream EDGE: the last minutes of every channel. It is bounded by age and bytes only, so that history is always
 * removed oldest first; that is what lets one stored message prove that nothing after it has been removed.
 */
import { EDGE_IN, EDGE_OUT, EDGE_STREAM } from '@fanfare/contracts';
import { JetStreamApiError, type JetStreamManager, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

export interface HistoryLimits {
  /** Also the window in which a repeated message id is refused. */
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** 3 in a cluster of three. */
  readonly replicas: number;
}

export function edgeStreamConfig(limits: HistoryLimits): Partial<StreamConfig> & { name: string } {
  return {
    name: EDGE_STREAM,
    subjects: [`${EDGE_IN}.>`],
    storage: StorageType.File,
    max_age: nanos(limits.maxAgeMs),
    max_bytes: limits.maxBytes,
    duplicate_window: nanos(limits.maxAgeMs),
    num_replicas: limits.replicas,
    republish: { src: `${EDGE_IN}.>`, dest: `${EDGE_OUT}.>` },
    allow_direct: true,
    deny_delete: false,
  };
}

/** STREAM_NAME_EXIST: there is one with another configuration. */
const NAME_IN_USE = 10_058;

/** Creates EDGE or brings it to the configuration; safe from every gateway at once. */
export async function ensureEdgeStream({ streams }: JetStreamManager, limits: HistoryLimits): Promise<void> {
  const config = edgeStreamConfig(limits);
  try {
    await streams.add(config);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== NAME_IN_USE) throw error;
    await streams.update(EDGE_STREAM, config);
  }
}
