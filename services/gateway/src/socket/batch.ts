/**
 * What waits for a connection. In a room nearly all connections wait for the same: a batch is never changed but extended
 * to another one, and who extends it by what the one before did is given the same. So a message costs each connection a
 * comparison, and its frames are put together once for all.
 */
import { type Packet, packetOf } from './engine-connection.ts';
import type { Outgoing } from './fanout-frame.ts';

export class Batch {
  readonly #before: Batch | null;
  readonly #last: Outgoing | null;
  /** Of all frames. */
  readonly bytes: number;
  #newest: { readonly by: Outgoing; readonly batch: Batch } | null = null;
  #packets: readonly [Packet] | null = null;

  constructor(before: Batch | null, last: Outgoing | null) {
    this.#before = before;
    this.#last = last;
    this.bytes = (before?.bytes ?? 0) + (last?.frame.byteLength ?? 0);
  }

  get isEmpty(): boolean {
    return this.#last === null;
  }

  /** With one more; of the messages with its key, if it has one, only itself. */
  with(outgoing: Outgoing): Batch {
    if (this.#newest?.by === outgoing) return this.#newest.batch;
    const rest = outgoing.conflateKey === null ? this : this.#without(outgoing.conflateKey);
    const batch = new Batch(rest, outgoing);
    this.#newest = { by: outgoing, batch };
    return batch;
  }

  /** In order. */
  messages(): Outgoing[] {
    const messages: Outgoing[] = [];
    for (let each: Batch | null = this; each !== null; each = each.#before) {
      if (each.#last !== null) messages.push(each.#last);
    }
    return messages.reverse();
  }

  /** All frames as one packet, to be written at once. */
  packets(): readonly [Packet] {
    this.#packets ??= [packetOf(joined(this.messages()))];
    return this.#packets;
  }

  #without(conflateKey: string): Batch {
    const messages = this.messages();
    const kept = messages.filter((message) => message.conflateKey !== conflateKey);
    return kept.length === messages.length ? this : kept.reduce((batch, each) => new Batch(batch, each), EMPTY);
  }
}

export const EMPTY = new Batch(null, null);

function joined(messages: readonly Outgoing[]): Buffer {
  const [only] = messages;
  return messages.length === 1 && only !== undefined ? only.frame : Buffer.concat(messages.map(({ frame }) => frame));
}
