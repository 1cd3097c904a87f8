import { Counter, Histogram, type Registry } from 'prom-client';

/** The round trips that sends share. */
export type Stage = 'rooms' | 'combos' | 'ledger';

/** One function per thing that happens to a gift on its way. */
export interface GiftMetrics {
  readonly accepted: (repeated: boolean) => void;
  readonly refused: (reason: string) => void;
  readonly batch: (stage: Stage, waitedMs: readonly number[]) => void;
  readonly sentAgain: () => void;
}

export function giftMetrics(registry: Registry): GiftMetrics {
  const registers = [registry];
  const sends = new Counter({
    name: 'fanfare_gift_sends_total',
    help: 'Answers to SendGift: accepted, repeated (accepted before) or refused, with the reason',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  const sizes = new Histogram({
    name: 'fanfare_gift_batch_sends',
    help: 'Sends that shared one round trip, by stage',
    labelNames: ['stage'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const waits = new Histogram({
    name: 'fanfare_gift_queue_seconds',
    help: 'Time a send waited for its round trip to leave, by stage',
    labelNames: ['stage'],
    buckets: [0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const repeats = new Counter({
    name: 'fanfare_gift_batches_sent_again_total',
    help: 'Ledger batches sent again because their outcome was unknown',
    registers,
  });
  return {
    accepted: (repeated) => sends.inc({ outcome: repeated ? 'repeated' : 'accepted', reason: '' }),
    refused: (reason) => sends.inc({ outcome: 'refused', reason }),
    batch: (stage, waitedMs) => {
      sizes.observe({ stage }, waitedMs.length);
      for (const waited of waitedMs) waits.observe({ stage }, waited / 1000);
    },
    sentAgain: () => repeats.inc(),
  };
}
