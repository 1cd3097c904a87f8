/** Whether what a client says of its typing is news. Pure. */
export interface Typing {
  readonly roomId: bigint;
  readonly isTyping: boolean;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** Listeners take three seconds of silence for an end: a repetition each second keeps it alive. */
const REPEAT_MS = 1000;

/** @param told what was last told of this socket's user, or null */
export function isNewTyping(told: Typing | null, said: Typing): boolean {
  // Who never began has not stopped.
  if (told === null || told.roomId !== said.roomId) return said.isTyping;
  if (told.isTyping !== said.isTyping) return true;
  return said.isTyping && said.at - told.at >= REPEAT_MS;
}
