/** Publishes on channels as a translator does: each message under its own id, again and again until it is acknowledged. */
import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { storedSubject } from '../../src/edge/subjects.ts';

export interface Publisher {
  /** Resolves when the message is stored. Never rejects. */
  readonly publish: (channel: string, id: string, data: object) => Promise<void>;
  /** While `work` runs nothing is published, and nothing is under way when it begins. */
  readonly paused: <T>(work: () => Promise<T>) => Promise<T>;
}

/** An answer that a killed server no longer gave is not waited for. */
const ACK_TIMEOUT_MS = 300;
const RETRY_MS = 10;
const IN_FLIGHT_MOST = 32;

export function publisher(
  jetstream: JetStreamClient,
  onStored: (seq: number, channel: string, id: string) => void,
): Publisher {
  let inFlight = 0;
  let isPaused = false;

  async function attempt(channel: string, id: string, body: string): Promise<boolean> {
    inFlight += 1;
    try {
      const { seq } = await jetstream.publish(storedSubject(channel), body, { msgID: id, timeout: ACK_TIMEOUT_MS });
      onStored(seq, channel, id);
      return true;
    } catch (error) {
      // No answer, no stream, no connection: whatever it is, it passes.
      if (error instanceof JetStreamApiError && error.status === 400) throw error;
      return false;
    } finally {
      inFlight -= 1;
    }
  }

  return {
    publish: async (channel, id, data) => {
      const body = JSON.stringify({ name: 'soak', data, class: 'reliable' });
      for (;;) {
        while (isPaused || inFlight >= IN_FLIGHT_MOST) await delay(1);
        if (await attempt(channel, id, body)) return;
        await delay(RETRY_MS);
      }
    },
    paused: async (work) => {
      isPaused = true;
      try {
        while (inFlight > 0) await delay(1);
        return await work();
      } finally {
        isPaused = false;
      }
    },
  };
}
