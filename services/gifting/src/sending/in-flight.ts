/**
 * Repeats of a request that is still being worked on share its answer. That saves work and numbers a combo once; that a
 * repeat never counts twice is the ledger's doing, which also sees those that reach another replica.
 */
export function sharedWhileRunning<A>(): (key: string, work: () => Promise<A>) => Promise<A> {
  const running = new Map<string, Promise<A>>();
  return (key, work) => {
    const earlier = running.get(key);
    if (earlier !== undefined) return earlier;
    const mine = work().finally(() => running.delete(key));
    running.set(key, mine);
    return mine;
  };
}
