/**
 * What to do with a message that arrives live on a channel. Every message carries its own sequence and that of the
 * message before it on the same channel, so a lost one is noticed by the next.
 */
export type Arrival = 'deliver' | 'drop' | 'repair' | 'ignore';

/**
 * @param known the channel's last sequence, 0 when it never had a message
 * @param seq `Nats-Sequence`; NaN when the header is missing: then somebody else than the stream published it
 * @param previous `Nats-Last-Sequence`; 0 for the first message, and also after the one before aged out, which is why
 * only a previous one beyond `known` is a gap
 */
export function judge(known: number, seq: number, previous: number): Arrival {
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(previous)) return 'ignore';
  if (seq <= known) return 'drop';
  return previous > known ? 'repair' : 'deliver';
}
