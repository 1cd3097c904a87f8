import type { Position } from './positions.ts';

/** More than a replay (1,000 messages) and a snapshot bring together. */
const REMEMBERED = 4096;

/** Remembers what was shown, so that nothing is shown twice. */
export interface DuplicateFilter {
  /** True the first time. */
  readonly isNew: (keys: readonly string[]) => boolean;
}

export function duplicateFilter(remembered = REMEMBERED): DuplicateFilter {
  const seen = new Set<string>();
  return {
    isNew: (keys) => {
      const known = keys.some((key) => seen.has(key));
      for (const key of keys) seen.add(key);
      for (const oldest of seen) {
        if (seen.size <= remembered) break;
        seen.delete(oldest);
      }
      return !known;
    },
  };
}

/**
 * Under what an event is remembered: its position, and for what has an id of its own (author, id), because that may come
 * from a snapshot and again from the channel. Nothing for an event that has neither.
 */
export function keysOf(name: string, data: unknown, position: Position | undefined): string[] {
  const keys = position === undefined ? [] : [`${position.ch} ${position.off} ${name}`];
  if (typeof data !== 'object' || data === null) return keys;
  const { id, sender_id, user_id } = data as Readonly<Record<string, unknown>>;
  if (name === 'gift.sent') keys.push(giftKey(sender_id, id));
  if (name === 'chat.message') keys.push(messageKey(user_id, id));
  return keys;
}

const giftKey = (senderId: unknown, id: unknown): string => `gift ${senderId} ${id}`;

export const messageKey = (userId: unknown, id: unknown): string => `chat ${userId} ${id}`;
