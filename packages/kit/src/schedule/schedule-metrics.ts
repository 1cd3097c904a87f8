import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** One function for each thing that happens to a scheduled job. */
export function scheduleMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['job'] as const;
  const completed = new Counter({
    name: 'fanfare_schedule_completed_total',
    help: 'Ticks that this replica has completed',
    labelNames,
    registers,
  });
  const failed = new Counter({
    name: 'fanfare_schedule_failed_total',
    help: 'Runs that failed and are tried again',
    labelNames,
    registers,
  });
  const skipped = new Counter({
    name: 'fanfare_schedule_skipped_total',
    help: 'Times that a catch-up began behind ticks that were too many to run',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'fanfare_schedule_run_seconds',
    help: 'One transaction of a job',
    labelNames,
    buckets: [0.01, 0.1, 0.5, 1, 5, 10, 60],
    registers,
  });
  const lastTick = new Gauge({
    name: 'fanfare_schedule_last_tick_timestamp_seconds',
    help: 'The newest tick that this replica has completed or found completed',
    labelNames,
    registers,
  });
  return {
    ran: (job: string, seconds: number) => duration.observe({ job }, seconds),
    completed: (job: string) => completed.inc({ job }),
    failed: (job: string) => failed.inc({ job }),
    skipped: (job: string) => skipped.inc({ job }),
    lastTick: (job: string, tick: Date) => lastTick.set({ job }, tick.getTime() / 1000),
  };
}

export type ScheduleMetrics = ReturnType<typeof scheduleMetrics>;
