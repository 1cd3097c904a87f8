/** When what died is started again. Pure; the series of delays is below. */

/** First at once: a service is to be back within a second of a single death. */
const FIRST_DELAY_MS = 100;
/** 100, 200, 400, 800, 1600, 3200, 6400, then 10000 ms for what dies again and again. */
const LONGEST_DELAY_MS = 10_000;
/** What ran this long is sound again, and its next death counts as a first one. */
const SOUND_AFTER_MS = 10_000;

/** Deaths in a row, none of them after a sound run. */
export type Deaths = number;

export interface Restart {
  readonly deaths: Deaths;
  readonly delayMs: number;
}

export function afterDeath(earlier: Deaths, ranForMs: number): Restart {
  const deaths = ranForMs >= SOUND_AFTER_MS ? 1 : earlier + 1;
  return { deaths, delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (deaths - 1)) };
}
