/** What a socket is told, held against the protocol document's sources. */
import { expect } from 'vitest';
import { place, refused } from '../src/protocol/ack.ts';
import { ownEvents } from '../src/protocol/own-events.ts';
import { allCommands } from '../src/socket/all-commands.ts';

/** An ack is what its command says of it, to the last field. */
export function knownAck(event: string, ack: unknown): void {
  const { ok, data } = ack as { readonly ok: boolean; readonly data?: unknown };
  if (!ok) expect(refused.parse(ack)).toEqual(ack);
  else expect(allCommands.find((command) => command.event === event)?.ack.parse(data)).toEqual(data);
}

/** What a connection says of itself is what the catalogue says of it; events of channels are the translator's. */
export function knownEvent(name: string, data: unknown, at: unknown): void {
  const event = Object.entries(ownEvents).find(([own]) => own === name)?.[1];
  if (event === undefined || name === 'subscription_error') return;
  expect(event.data.parse(data)).toEqual(data);
  expect('placeless' in event || place.safeParse(at).success).toBe(true);
}
