/** What is emitted, held against the catalogue of events. */
import type { Emit } from '@fanfare/contracts';
import { expect } from 'vitest';
import { publicFace } from '../src/areas.ts';

/** The same, once each of them is an event of the catalogue: its channel, its class, its payload to the last field. */
export function known<E extends Emit>(emits: readonly E[]): readonly E[] {
  for (const { name, channel, class: kind, data } of emits) {
    const event = publicFace.events.find((one) => one.name === name);
    expect(event, `${name} is in the catalogue`).toBeDefined();
    expect(event?.on).toContain(channel.split('.')[0]);
    expect(event?.class).toBe(kind);
    expect(event?.data.parse(data)).toEqual(data);
  }
  return emits;
}
