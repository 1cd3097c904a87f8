/** The life of a signing key: next (published, not used yet) -> current (signs) -> retired (verifies for a while). */

export type KeyState = 'next' | 'current' | 'retired';

export interface KeyTimes {
  readonly state: KeyState;
  /** Of a retired key: when the last token it signed has expired everywhere. */
  readonly verifiesUntil: Date | null;
}

/** How long a replica may go on signing with a key after another replica has retired it. */
export const KEY_CACHE_MS = 2000;
/** Clocks of replicas and verifiers agree to within this. */
const CLOCK_SKEW_MS = 60_000;

/** A key is published before it signs, so that whoever keeps the set for a while knows it when its first token comes. */
export const verifies = (key: KeyTimes, now: Date): boolean =>
  key.state !== 'retired' || (key.verifiesUntil !== null && key.verifiesUntil > now);

export const verifiesUntil = (retiredAt: Date, tokenTtlSeconds: number): Date =>
  new Date(retiredAt.getTime() + KEY_CACHE_MS + tokenTtlSeconds * 1000 + CLOCK_SKEW_MS);
