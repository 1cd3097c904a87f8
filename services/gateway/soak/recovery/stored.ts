/** What the stream EDGE has stored, life after life: a stream that is recreated or set back begins another one. */
import type { Position } from '../../src/edge/position.ts';

interface StoredMessage {
  readonly channel: string;
  readonly id: string;
}

export class Life {
  readonly #bySeq = new Map<number, StoredMessage>();
  readonly #byChannel = new Map<string, number[]>();

  get size(): number {
    return this.#bySeq.size;
  }

  has(seq: number): boolean {
    return this.#bySeq.has(seq);
  }

  idAt(seq: number): string | undefined {
    return this.#bySeq.get(seq)?.id;
  }

  /** @returns a problem when something else is known to be there: then two lives were taken for one */
  note(seq: number, channel: string, id: string): string | null {
    const known = this.#bySeq.get(seq);
    if (known !== undefined) {
      if (known.id === id && known.channel === channel) return null;
      return `two messages at ${seq}: ${known.channel} ${known.id} and ${channel} ${id}`;
    }
    this.#bySeq.set(seq, { channel, id });
    const seqs = this.#byChannel.get(channel) ?? [];
    seqs.push(seq);
    // Nearly always in order already.
    if ((seqs.at(-2) ?? 0) > seq) seqs.sort((a, b) => a - b);
    this.#byChannel.set(channel, seqs);
    return null;
  }

  holds({ seq, id }: Position): boolean {
    return this.#bySeq.get(seq)?.id === id;
  }

  /** The channel's messages after a sequence, in order. */
  after(channel: string, seq: number): readonly Position[] {
    const seqs = this.#byChannel.get(channel) ?? [];
    return seqs.filter((one) => one > seq).map((one) => ({ seq: one, id: this.#bySeq.get(one)?.id ?? '' }));
  }

  /** Another life that begins with all of this one's up to a sequence. */
  until(last: number): Life {
    const copy = new Life();
    for (const [seq, { channel, id }] of this.#bySeq) if (seq <= last) copy.note(seq, channel, id);
    return copy;
  }
}
