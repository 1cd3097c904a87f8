/**
 * Socket.IO's own parser and two rules more. What is far too large is not read as JSON. And the server calls its listeners with an event's arguments spread out, and a
 * call with some hundred thousand of them throws where nobody catches: a single message would end the process. It also
 * lets events pass that have no name.
 */
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';

/** Ours have a name and a payload. */
const ARGUMENTS_MOST = 16;

/**
 * A longer message is too large whatever it says, and is not read as JSON: of a megabyte that takes some ten
 * milliseconds, in which nobody else is heard. Twice what a payload may weigh, because escapes are longer than what they
 * stand for.
 */
const READ_CHARACTERS_MOST = 128 * 1024;

/** An event in the main namespace: its ack id and its name. */
const EVENT_HEAD = /^2(\d{0,15})\["([^"\\]{1,100})"/;

/** The event with all of its text for a payload, which is refused as too large. Null for what is no event. */
export function unreadEvent(message: string): Packet | null {
  const [, id, name] = EVENT_HEAD.exec(message) ?? [];
  if (id === undefined || name === undefined) return null;
  return { type: PacketType.EVENT, nsp: '/', data: [name, message], ...(id === '' ? {} : { id: Number(id) }) };
}

/** Whether a packet's content may be handed to listeners as arguments; whoever sends another is cut off. */
export function isWellFormed({ type, data }: Pick<Packet, 'type' | 'data'>): boolean {
  if (type !== PacketType.EVENT && type !== PacketType.ACK) return true;
  if (!Array.isArray(data) || data.length > ARGUMENTS_MOST) return false;
  return type === PacketType.ACK || typeof data[0] === 'string';
}

/** What Socket.IO asks of a decoder. What `add` throws ends the connection. */
class CheckedDecoder {
  readonly #decoder = new Decoder();
  #listener: ((packet: Packet) => void) | null = null;

  on(event: 'decoded', listener: (packet: Packet) => void): void {
    this.#listener = listener;
    this.#decoder.on(event, (packet: Packet) => {
      if (!isWellFormed(packet)) throw new Error('malformed packet');
      listener(packet);
    });
  }

  removeListener(event: 'decoded'): void {
    this.#listener = null;
    this.#decoder.off(event);
  }

  add(message: unknown): void {
    if (typeof message !== 'string' || message.length <= READ_CHARACTERS_MOST) {
      this.#decoder.add(message);
      return;
    }
    const packet = unreadEvent(message);
    if (packet === null) throw new Error('message too large');
    this.#listener?.(packet);
  }

  destroy(): void {
    this.#decoder.destroy();
  }
}

export const parser = { Encoder, Decoder: CheckedDecoder };
