/** What clients are told, held against the sources of the public documents. */
import { expect } from 'vitest';
import { publicFace } from '../src/areas.ts';
import { place, refused } from '../src/protocol/ack.ts';
import { ownEvents } from '../src/protocol/own-events.ts';

/** What a route answers is what the reference says of it, to the last field. */
export function knownAnswer(operationId: string, data: unknown): void {
  expect(publicFace.routes.find((route) => route.operationId === operationId)?.answer.parse(data)).toEqual(data);
}

/** An ack is what its command says of it, to the last field. */
export function knownAck(event: string, ack: unknown): void {
  const { ok, data } = ack as { readonly ok: boolean; readonly data?: unknown };
  if (!ok) expect(refused.parse(ack)).toEqual(ack);
  else expect(publicFace.commands.find((command) => command.event === event)?.ack.parse(data)).toEqual(data);
}

/** What a connection says of itself is what the catalogue says of it; events of channels are the translator's. */
export function knownEvent(name: string, data: unknown, at: unknown): void {
  const event = ownEvents.find((own) => own.name === name);
  if (event === undefined || name === 'subscription_error') return;
  expect(event.data.parse(data)).toEqual(data);
  expect('placeless' in event || place.safeParse(at).success).toBe(true);
}
