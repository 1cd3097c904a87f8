/** One malformed thing to send. Which one it is follows from the seed and its index alone, so that it can be sent again. */
import { type Chance, seededChance } from '@fanfare/testing/chance';

export type Message = string | Buffer;

/** How a frame is brought to the gateway. */
export type Way =
  /** On a TCP connection of its own. */
  | { readonly via: 'tcp'; readonly bytes: Buffer; readonly may?: Leniency }
  /** As bytes on a session's websocket. An unfinished frame swallows whatever follows, so nothing does. */
  | { readonly via: 'bytes'; readonly bytes: Buffer; readonly unfinished?: boolean }
  /** As messages on a websocket that has not said CONNECT. */
  | { readonly via: 'unconnected'; readonly messages: readonly Message[] }
  /** As the auth of a CONNECT. */
  | { readonly via: 'handshake'; readonly auth: string; readonly may?: Leniency }
  /** As messages in a session. */
  | { readonly via: 'session'; readonly messages: readonly Message[]; readonly ack?: number; readonly may?: Leniency }
  /** As HTTP requests of a polling client; `{sid}` in a path stands for a session that was opened before. */
  | { readonly via: 'polling'; readonly requests: readonly PollingRequest[] };

export interface PollingRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What else may come of a frame than a refusal. `reach`: only the service can judge what was said. `begin`: part of it
 * is overlooked, and the command succeeds without it. `recover`: it may also turn out to be right.
 */
export type Leniency = 'reach' | 'begin' | 'recover';

export type Frame = Way & { readonly name: string };

/** What frames are made of that only a running platform has. */
export interface World {
  readonly tokens: Readonly<
    Record<'valid' | 'expired' | 'otherAudience' | 'otherIssuer' | 'publicKeyAsSecret', string>
  >;
  readonly roomTokens: Readonly<Record<'valid' | 'ofAnother' | 'expired' | 'otherSecret', string>>;
  /** Positions that were good for somebody, somewhere. */
  readonly positions: Readonly<Record<'otherUser' | 'room' | 'quietRoom', string>>;
}

export interface Maker {
  readonly name: string;
  readonly make: (chance: Chance, world: World) => Way;
}

export interface Layer {
  readonly name: string;
  /** How often, relative to the others. */
  readonly weight: number;
  readonly makers: readonly Maker[];
}

export function frameAt(layers: readonly Layer[], seed: number, index: number, world: World): Frame {
  const chance = seededChance(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const total = layers.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance.next() * total;
  const layer = layers.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const { name, makers } = layer ?? layers[0] ?? { name: 'none', makers: [] };
  const maker = chance.pick(makers);
  return { ...maker.make(chance, world), name: `${name}: ${maker.name}` };
}

/** The id under which a frame's command wants its answer. */
export const ACK = 7;

/** A Socket.IO event with an ack. */
export const eventText = (args: readonly unknown[]): string => `42${ACK}${JSON.stringify(args)}`;

/** A command with an answer. */
export const command = (event: string, payload: unknown, may?: Leniency): Way => ({
  via: 'session',
  messages: [eventText([event, payload])],
  ack: ACK,
  ...(may === undefined ? {} : { may }),
});
