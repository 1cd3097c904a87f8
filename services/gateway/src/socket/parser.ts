/**
 * Socket.IO's own parser and one rule more. The server calls its listeners with an event's arguments spread out, and a
 * call with some hundred thousand of them throws where nobody catches: a single message would end the process. It also
 * lets events pass that have no name.
 */
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';

/** Ours have a name and a payload. */
const ARGUMENTS_MOST = 16;

/** Whether a packet's content may be handed to listeners as arguments; whoever sends another is cut off. */
export function isWellFormed({ type, data }: Pick<Packet, 'type' | 'data'>): boolean {
  if (type !== PacketType.EVENT && type !== PacketType.ACK) return true;
  if (!Array.isArray(data) || data.length > ARGUMENTS_MOST) return false;
  return type === PacketType.ACK || typeof data[0] === 'string';
}

/** What Socket.IO asks of a decoder. What `add` throws ends the connection. */
class CheckedDecoder {
  readonly #decoder = new Decoder();

  on(event: 'decoded', listener: (packet: Packet) => void): void {
    this.#decoder.on(event, (packet: Packet) => {
      if (!isWellFormed(packet)) throw new Error('malformed packet');
      listener(packet);
    });
  }

  removeListener(event: 'decoded'): void {
    this.#decoder.off(event);
  }

  add(message: unknown): void {
    this.#decoder.add(message);
  }

  destroy(): void {
    this.#decoder.destroy();
  }
}

export const parser = { Encoder, Decoder: CheckedDecoder };
