/**
 * Events pass, in their order, but for a moment after an answer: then they wait until whoever awaits the answer has
 * taken it in. One piece of the network may bring an answer and events that follow it, and events are handed out at
 * once, while an `await` goes on only afterwards: a snapshot would be shown over an event that is newer than it, and
 * an event right behind the first session would come before anybody could listen.
 */
export interface EventGate {
  readonly pass: (deliver: () => void) => void;
  /** An answer is here. */
  readonly pause: () => void;
}

export function eventGate(): EventGate {
  let waiting: (() => void)[] | null = null;

  function release(): void {
    const all = waiting ?? [];
    waiting = null;
    for (const deliver of all) deliver();
  }

  return {
    pass: (deliver) => {
      if (waiting === null) deliver();
      else waiting.push(deliver);
    },
    pause: () => {
      if (waiting !== null) return;
      waiting = [];
      // Everything that awaits goes on before the next timer.
      setTimeout(release);
    },
  };
}
