/** Ids of things that other services own: opaque, and fit for contexts, journal ids and headers. */

/** Ids of ours are UUIDs; four times that leaves room for anybody's. */
export const MAX_ID_LENGTH = 128;

export const isOpaqueId = (text: string): boolean =>
  text !== '' && text.length <= MAX_ID_LENGTH && !/\p{Cc}/u.test(text) && text.isWellFormed();
