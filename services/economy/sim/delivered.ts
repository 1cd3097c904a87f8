/**
 * From which batch a process answers a command. An engine has one batch that was read first at a time, or some that were
 * posted ahead, which it answers in their order.
 */
/** Batches whose outcome a process has heard, and whose commands it answers next. */
export interface Delivered {
  /** The last one that was read first. */
  readId: number | null;
  /** Those that were posted ahead, in their order, with the ids that are not answered yet. */
  readonly ahead: { readonly id: number; readonly open: string[] }[];
}

export const nothingDelivered = (): Delivered => ({ readId: null, ahead: [] });

/** The batch that a command is answered from, which then has one open command less; null when there is none. */
export function answeredFrom({ readId, ahead }: Delivered, journalId: string): number | null {
  const [first] = ahead;
  const index = first?.open.indexOf(journalId) ?? -1;
  if (first === undefined || index < 0) return readId;
  first.open.splice(index, 1);
  if (first.open.length === 0) ahead.shift();
  return first.id;
}
