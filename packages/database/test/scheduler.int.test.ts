import { createMetrics, fakeClock, silentLogger } from '@fanfare/kit';
import { type JobRun, type ScheduledJob, scheduler } from '@fanfare/kit/schedule';
import { cloneDatabase, eventually, type TestDatabase } from '@fanfare/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, one, openDatabase } from '../src/index.ts';

const MINUTE = 60_000;
const START = '2026-05-01T10:00:30.000Z';

let cloned: TestDatabase;
let database: Database;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  cloned = await cloneDatabase('platform');
  database = openDatabase({ url: cloned.url, poolSize: 4, log: silentLogger });
  await database.query('create table runs (id int generated always as identity, tick timestamptz, runner text)');
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await database.stop?.();
  await cloned.drop();
});

/** Writes down each run in the run's own transaction. */
const recording = (runner: string, more: Partial<ScheduledJob> = {}): ScheduledJob => ({
  name: 'job',
  cron: '* * * * *',
  timeZone: 'UTC',
  catchUp: 'once',
  run: async (run) => {
    await record(run, runner);
    return 'done';
  },
  ...more,
});

const record = ({ tx, tick }: JobRun, runner: string) =>
  tx.query('insert into runs (tick, runner) values ($1, $2)', [tick, runner]);

/** A scheduler on connections of its own, as a replica has. */
async function replica(job: ScheduledJob, clock = fakeClock(new Date(START))) {
  const own = openDatabase({ url: cloned.url, poolSize: 1, log: silentLogger });
  const metrics = createMetrics('test');
  const part = scheduler({ database: own, jobs: [job], log: silentLogger, metrics, clock });
  await part.start?.();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (part.stop?.() ?? Promise.resolve()).then(() => own.stop?.());
    return stopping;
  };
  stops.push(stop);
  return { clock, stop, metrics };
}

async function runs(): Promise<readonly string[]> {
  const { rows } = await database.query<{ tick: Date }>('select tick from runs order by id');
  return rows.map(({ tick }) => tick.toISOString().slice(11, 16));
}

const lastTick = async (): Promise<string> =>
  one(await database.query<{ at: Date }>('select last_tick_at as at from platform.schedules')).at.toISOString();

/** Moves the clock by whole minutes and waits until the tick it has reached is over. */
async function passMinutes(clock: ReturnType<typeof fakeClock>, minutes: number): Promise<void> {
  clock.advance(minutes * MINUTE);
  const tick = new Date(Math.floor(clock.now().getTime() / MINUTE) * MINUTE).toISOString();
  await eventually(async () => expect(await lastTick()).toBe(tick));
}

const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('a scheduled job', () => {
  it('begins with the tick after it was first seen', async () => {
    const { clock } = await replica(recording('a'));
    expect(await lastTick()).toBe(START);
    await passMinutes(clock, 1);
    expect(await runs()).toEqual(['10:01']);
  });

  it('begins earlier when it says so', async () => {
    const since = new Date('2026-05-01T09:57:00Z');
    await replica(recording('a', { since, catchUp: { each: 10 } }));
    await eventually(async () => expect(await runs()).toEqual(['09:58', '09:59', '10:00']));
  });

  it('runs each tick once, with two replicas at the same time', async () => {
    const clock = fakeClock(new Date(START));
    await replica(recording('a'), clock);
    await replica(recording('b'), clock);
    for (let minute = 0; minute < 8; minute += 1) await passMinutes(clock, 1);
    expect(await runs()).toEqual(['10:01', '10:02', '10:03', '10:04', '10:05', '10:06', '10:07', '10:08']);
  });

  it('runs in the time zone that it names', async () => {
    const clock = fakeClock(new Date('2026-03-28T12:00:00Z'));
    await replica(recording('a', { cron: '30 2 * * *', timeZone: 'Europe/Berlin', catchUp: { each: 5 } }), clock);
    clock.advance(2 * 24 * 60 * MINUTE);
    // On the 29th there is no 02:30: the clock goes from 02:00 to 03:00, which is 01:00 in UTC.
    await eventually(async () => expect(await runs()).toEqual(['01:00', '00:30']));
  });
});

describe('after a downtime', () => {
  const downFor = async (minutes: number, job: ScheduledJob) => {
    const first = await replica(job);
    await passMinutes(first.clock, 1);
    await first.stop();
    await replica(job, fakeClock(new Date(Date.parse(START) + (1 + minutes) * MINUTE)));
  };

  it('one run makes up for all missed ticks, as the newest of them', async () => {
    await downFor(500, recording('a', { catchUp: 'once' }));
    await eventually(async () => expect(await lastTick()).toBe('2026-05-01T18:21:00.000Z'));
    expect(await runs()).toEqual(['10:01', '18:21']);
  });

  it('every missed tick runs in its order', async () => {
    await downFor(4, recording('a', { catchUp: { each: 10 } }));
    await eventually(async () => expect(await runs()).toEqual(['10:01', '10:02', '10:03', '10:04', '10:05']));
  });

  it('the newest ones run when more were missed than the bound', async () => {
    await downFor(500, recording('a', { catchUp: { each: 3 } }));
    await eventually(async () => expect(await runs()).toEqual(['10:01', '18:19', '18:20', '18:21']));
  });
});

describe('a run that fails', () => {
  it('leaves nothing behind, is tried again after a pause by any replica, and is counted', async () => {
    let failures = 0;
    const clock = fakeClock(new Date(START));
    const failing = recording('a', {
      run: async (run) => {
        await record(run, 'a');
        if (failures < 2) {
          failures += 1;
          throw new Error('not today');
        }
        return 'done';
      },
    });
    const { metrics } = await replica(failing, clock);
    clock.advance(MINUTE);
    const row = () => database.query<{ failures: number }>('select failures from platform.schedules');
    await eventually(async () => expect((await row()).rows).toEqual([{ failures: 1 }]));
    expect(await runs()).toEqual([]);
    clock.advance(1000);
    await eventually(async () => expect((await row()).rows).toEqual([{ failures: 2 }]));
    clock.advance(2000);
    await eventually(async () => expect(await runs()).toEqual(['10:01']));
    expect((await row()).rows).toEqual([{ failures: 0 }]);
    const counted = await metrics.getSingleMetric('fanfare_schedule_failed_total')?.get();
    expect(counted?.values).toMatchObject([{ value: 2, labels: { job: 'job' } }]);
  });

  it('is run elsewhere when its replica has lost the database in the middle', async () => {
    const running = gate();
    const release = gate();
    const clock = fakeClock(new Date(START));
    const stuck = recording('a', {
      run: async (run) => {
        await record(run, 'a');
        running.open();
        await release.opened;
        return 'done';
      },
    });
    await replica(stuck, clock);
    clock.advance(MINUTE);
    await running.opened;
    const other = await replica(recording('b'), fakeClock(clock.now()));
    expect(await runs()).toEqual([]);
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`);
    await eventually(async () => {
      other.clock.advance(2000);
      expect(await runs()).toEqual(['10:01']);
    });
    release.open();
    await eventually(async () => {
      clock.advance(2000);
      expect(await runs()).toEqual(['10:01', '10:02']);
    });
    const { rows } = await database.query('select runner from runs order by id limit 1');
    expect(rows).toEqual([{ runner: 'b' }]);
  });
});

it('a long job is committed in parts, and the tick is over with the last one', async () => {
  let parts = 0;
  const clock = fakeClock(new Date(START));
  const long = recording('a', {
    run: async (run) => {
      await record(run, 'a');
      parts += 1;
      if (parts === 3) throw new Error('a part fails, those before it stay');
      return parts < 5 ? 'again' : 'done';
    },
  });
  await replica(long, clock);
  clock.advance(MINUTE);
  await eventually(() => expect(parts).toBe(3));
  await eventually(async () => {
    clock.advance(1000);
    expect(await lastTick()).toBe('2026-05-01T10:01:00.000Z');
  });
  expect(await runs()).toEqual(['10:01', '10:01', '10:01', '10:01']);
});

it('stopping tells the running job and waits for it', async () => {
  const running = gate();
  const clock = fakeClock(new Date(START));
  const { stop } = await replica(
    recording('a', {
      run: async (run) => {
        running.open();
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
        await record(run, 'a');
        return 'done';
      },
    }),
    clock,
  );
  clock.advance(MINUTE);
  await running.opened;
  await stop();
  expect(await runs()).toEqual(['10:01']);
});

it('two jobs of one name are a mistake that is found at once', () => {
  const jobs = [recording('a'), recording('b')];
  const metrics = createMetrics('test');
  expect(() => scheduler({ database, jobs, log: silentLogger, metrics })).toThrow('same name');
});
