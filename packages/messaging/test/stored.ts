/** Looking into a stream the way a reader outside would. */
import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '../src/index.ts';
import { STREAM } from './platform.ts';

export interface Stored {
  readonly seq: number;
  readonly messageId: string;
  readonly eventId: string;
  readonly entity: string;
  readonly version: number;
  readonly replayed: boolean;
}

/** Every message of the stream, in its order. */
export async function storedEvents(bus: Bus): Promise<readonly Stored[]> {
  // Short, so that a question to a server that was just stopped does not hold up the test.
  const { streams } = await jetstreamManager(bus.connection, { checkAPI: false, timeout: 500 });
  const { state } = await streams.info(STREAM);
  const sequences = Array.from({ length: state.messages }, (_, index) => state.first_seq + index);
  const messages = await Promise.all(sequences.map((seq) => streams.getMessage(STREAM, { seq })));
  return messages.flatMap((message) => {
    if (message === null) return [];
    const { entity, version } = message.json<{ entity: string; version: number }>();
    const header = (name: string): string => message.header.get(name);
    return [
      {
        seq: message.seq,
        messageId: header('Nats-Msg-Id'),
        eventId: header('ce-id'),
        entity,
        version,
        replayed: header('fanfare-replayed') === 'true',
      },
    ];
  });
}

/** Versions by entity, in the order of the stream. */
export function versionsOf(events: readonly Pick<Stored, 'entity' | 'version'>[]): Record<string, number[]> {
  const versions: Record<string, number[]> = {};
  for (const { entity, version } of events) {
    versions[entity] ??= [];
    versions[entity].push(version);
  }
  return versions;
}

/** `1, 2, ... n` */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);
