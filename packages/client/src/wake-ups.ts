/**
 * When a wait is worth cutting short: the device has a network again, or the page is looked at again (a hidden page's
 * timers are late). In Node neither happens.
 */
export interface PageScope {
  readonly addEventListener?: Listen;
  readonly removeEventListener?: Listen;
  readonly document?: {
    readonly visibilityState: string;
    readonly addEventListener: Listen;
    readonly removeEventListener: Listen;
  };
}

type Listen = (name: string, listener: () => void) => void;

/** @returns what stops the listening */
export function onWakeUp(listener: () => void, scope: PageScope = globalThis as PageScope): () => void {
  const { document } = scope;
  const whenVisible = (): void => {
    if (document?.visibilityState === 'visible') listener();
  };
  scope.addEventListener?.('online', listener);
  document?.addEventListener('visibilitychange', whenVisible);
  return () => {
    scope.removeEventListener?.('online', listener);
    document?.removeEventListener('visibilitychange', whenVisible);
  };
}
