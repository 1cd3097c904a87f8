import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Verdict } from '../ledger/command.ts';

/** One function per thing that happens in the ledger. */
export interface LedgerMetrics {
  readonly judged: (verdict: Verdict) => void;
  readonly settled: (commands: number, seconds: number) => void;
  readonly overloaded: () => void;
  readonly failed: (how: string) => void;
  /** Batches that were posted ahead and refused. */
  readonly inVain: (batches: number) => void;
}

export function ledgerMetrics(registry: Registry, queueLength: () => number): LedgerMetrics {
  const registers = [registry];
  const verdicts = new Counter({
    name: 'fanfare_ledger_verdicts_total',
    help: 'Commands by verdict',
    labelNames: ['verdict'],
    registers,
  });
  const sizes = new Histogram({
    name: 'fanfare_ledger_batch_commands',
    help: 'Commands in one batch',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const durations = new Histogram({
    name: 'fanfare_ledger_batch_duration_seconds',
    help: 'From taking a batch out of the queue to its verdicts, retries included',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const refused = new Counter({
    name: 'fanfare_ledger_overloaded_total',
    help: 'Commands refused because the queue was full',
    registers,
  });
  const failures = new Counter({
    name: 'fanfare_ledger_batch_failures_total',
    help: 'Attempts that failed, by what was done about it',
    labelNames: ['how'],
    registers,
  });
  const vain = new Counter({
    name: 'fanfare_ledger_batches_in_vain_total',
    help: 'Batches that were folded on a ledger that had moved meanwhile, and were posted again',
    registers,
  });
  new Gauge({
    name: 'fanfare_ledger_queue_commands',
    help: 'Commands that wait for a batch',
    registers,
    collect() {
      this.set(queueLength());
    },
  });
  return {
    judged: ({ type }) => verdicts.inc({ verdict: type }),
    settled: (commands, seconds) => {
      sizes.observe(commands);
      durations.observe(seconds);
    },
    overloaded: () => refused.inc(),
    failed: (how) => failures.inc({ how }),
    inVain: (batches) => vain.inc(batches),
  };
}
