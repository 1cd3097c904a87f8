/** A gate that commands wait at: up while they may be sent, down while the connection is away, over at the end. */
export interface Readiness {
  readonly wait: () => Promise<void>;
  readonly raise: () => void;
  readonly lower: () => void;
  /** From now on everybody who waits gets the error. */
  readonly end: (error: Error) => void;
  readonly isOver: () => boolean;
}

export function readiness(): Readiness {
  let isUp = false;
  let over: Error | null = null;
  let waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  return {
    wait: () => {
      if (over !== null) return Promise.reject(over);
      if (isUp) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
    raise: () => {
      isUp = true;
      for (const { resolve } of waiting.splice(0)) resolve();
    },
    lower: () => {
      isUp = false;
    },
    end: (error) => {
      over = error;
      const left = waiting;
      waiting = [];
      for (const { reject } of left) reject(error);
    },
    isOver: () => over !== null,
  };
}
