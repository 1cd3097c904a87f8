/**
 * Work that is begun in order, several pieces at a time, and counted as done in order: `done` is the last piece before
 * which nothing is unfinished. After a failure nothing more counts as done.
 */
export interface InOrder<P> {
  /** Waits until fewer than the most are in flight. @throws what a piece failed with */
  readonly room: () => Promise<void>;
  readonly add: (piece: P, work: Promise<unknown>) => void;
  /** The last piece done with all before it; undefined when there is none yet. */
  readonly done: () => P | undefined;
  /** Resolves when nothing is in flight. @throws what a piece failed with */
  readonly settled: () => Promise<void>;
}

export function inOrder<P>(most: number): InOrder<P> {
  const flying: { readonly piece: P; finished: boolean; readonly ended: Promise<void> }[] = [];
  let last: P | undefined;
  let failure: { readonly error: unknown } | null = null;

  function advance(): void {
    while (failure === null && flying[0]?.finished === true) last = flying.shift()?.piece;
  }

  async function below(count: number): Promise<void> {
    while (failure === null && flying.length >= count) await flying[0]?.ended;
    if (failure !== null) throw failure.error;
  }

  return {
    room: () => below(most),
    settled: () => below(1),
    done: () => last,
    add: (piece, work) => {
      const entry = {
        piece,
        finished: false,
        ended: work.then(
          () => {
            entry.finished = true;
            advance();
          },
          (error: unknown) => {
            failure ??= { error };
          },
        ),
      };
      flying.push(entry);
    },
  };
}
