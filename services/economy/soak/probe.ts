/** One person who pays all the time, from this process: whoever holds the others up holds this one up. */
import type { Engine } from '../src/posting/engine.ts';
import type { Acked } from './check-ledger.ts';
import { startSending } from './sender.ts';

export interface Probe {
  readonly acked: () => Acked;
  /** The longest of its payments that were under way at some time in between, in milliseconds. */
  readonly longestBetween: (from: number, to: number) => number;
  readonly stop: () => Promise<void>;
}

interface Payment {
  readonly from: number;
  readonly to: number;
}

const RARELY_MS = 4;

export function startProbe(engine: Engine, writer: number, random: () => number): Probe {
  const numbers: number[] = [];
  const payments: Payment[] = [];
  const { stop } = startSending({
    engine,
    writer,
    callers: 1,
    restMs: RARELY_MS,
    random,
    onAcked: (number, milliseconds) => {
      const to = performance.now();
      numbers.push(number);
      payments.push({ from: to - milliseconds, to });
    },
  });
  return {
    acked: () => ({ writer, numbers }),
    longestBetween: (from, to) =>
      payments
        .filter((payment) => payment.to > from && payment.from < to)
        .reduce((longest, payment) => Math.max(longest, payment.to - payment.from), 0),
    stop,
  };
}
