/** The channels that somebody on this gateway listens to, and only these. */
import { Channel, type ChannelOptions } from './channel.ts';
import type { Link } from './link.ts';

/** A silent channel is compared with the stream this often. */
const COMPARE_AFTER_MS = 29_000;
/** 50,000 silent channels take 25 rounds of a second. */
const COMPARE_AT_ONCE = 2000;

export class ChannelSet {
  readonly #options: ChannelOptions;
  readonly #held = new Map<string, { readonly channel: Channel; holders: number }>();
  #link: Link | null = null;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  isConnected(): boolean {
    return this.#link !== null;
  }

  connect(link: Link): void {
    this.#link = link;
    for (const { channel } of this.#held.values()) channel.connect(link);
  }

  /** Does nothing when another link has taken its place. */
  disconnect(link: Link): void {
    if (this.#link !== link) return;
    this.#link = null;
    for (const { channel } of this.#held.values()) channel.disconnect();
  }

  /** The channel stays until as many have released it as have held it; a member that leaves releases it once. */
  hold(name: string): Channel {
    const held = this.#held.get(name);
    if (held !== undefined) {
      held.holders += 1;
      return held.channel;
    }
    const channel = new Channel(name, this.#options, () => this.release(name));
    this.#held.set(name, { channel, holders: 1 });
    if (this.#link !== null) channel.connect(this.#link);
    return channel;
  }

  release(name: string): void {
    const held = this.#held.get(name);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(name);
    held.channel.disconnect();
  }

  compareSilent(): void {
    const { log } = this.#options;
    let left = COMPARE_AT_ONCE;
    for (const { channel } of this.#held.values()) {
      if (channel.silentMs() < COMPARE_AFTER_MS) continue;
      channel.compare().catch((error: unknown) => log.debug({ err: error, channel: channel.name }, 'not compared'));
      left -= 1;
      if (left === 0) return;
    }
  }

  clear(): void {
    for (const { channel } of this.#held.values()) channel.disconnect();
    this.#held.clear();
  }
}
