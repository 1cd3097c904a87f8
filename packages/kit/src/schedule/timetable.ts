/** When a cron expression is due. Pure: the library is asked about times and never runs anything. */
import { Cron } from 'croner';

/** A tick has whole seconds. */
const SECOND_MS = 1000;

export interface Timetable {
  /** The first tick after a moment, or null when there is none any more. */
  readonly after: (moment: Date) => Date | null;
  /** The newest `limit` ticks after `last` up to and with `now`, oldest first. */
  readonly due: (last: Date, now: Date, limit: number) => readonly Date[];
}

/**
 * Five fields, or six with seconds first; `L` is the last day of a month. Times are of the zone's wall clock, as Vixie
 * cron reads them: what names its hours and minutes runs once where the clock goes back, and at the first time that
 * exists where it goes forward; what repeats (`*`, a step) goes by elapsed time.
 * @throws when the expression or the IANA name of the zone is none
 */
export function timetable(cron: string, timeZone: string): Timetable {
  const pattern = new Cron(cron, {
    timezone: timeZone,
    mode: '5-or-6-parts',
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });
  // The zone is looked at with the first time, and a wrong one must not wait for it.
  pattern.nextRun();
  return {
    after: (moment) => pattern.nextRun(moment),
    due: (last, now, limit) => {
      const due: Date[] = [];
      // What is before the end of this second is up to now; after that, before the tick that was found.
      let before = new Date(Math.floor(now.getTime() / SECOND_MS) * SECOND_MS + SECOND_MS);
      while (due.length < limit) {
        const [tick] = pattern.previousRuns(1, before);
        if (tick === undefined || tick <= last) break;
        due.unshift(tick);
        before = tick;
      }
      return due;
    },
  };
}
