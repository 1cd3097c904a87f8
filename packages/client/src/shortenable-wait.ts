/** One wait at a time, which may be cut short. */
export interface ShortenableWait {
  readonly start: (milliseconds: number) => void;
  readonly stop: () => void;
  /** To this many milliseconds from now, where that is sooner; nothing while nobody waits. */
  readonly shorten: (milliseconds: number) => void;
}

export function shortenableWait(atItsEnd: () => void): ShortenableWait {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** By a clock that nobody sets; null while nobody waits. */
  let endsAt: number | null = null;

  function stop(): void {
    clearTimeout(timer);
    endsAt = null;
  }

  function start(milliseconds: number): void {
    stop();
    endsAt = performance.now() + milliseconds;
    timer = setTimeout(() => {
      endsAt = null;
      atItsEnd();
    }, milliseconds);
  }

  return {
    start,
    stop,
    shorten: (milliseconds) => {
      if (endsAt !== null && performance.now() + milliseconds < endsAt) start(milliseconds);
    },
  };
}
