import { describe, expect, it } from 'vitest';
import { createRegistry } from './registry.ts';
import type { Session } from './session.ts';

const session = (userId: bigint) => ({ principal: { userId } }) as unknown as Session;

describe('the sockets of a gateway', () => {
  it('are found by their user until they go', () => {
    const registry = createRegistry();
    const [one, two, other] = [session(7n), session(7n), session(8n)];
    for (const each of [one, two, other]) registry.add(each);
    expect(registry.ofUser(7n)).toEqual([one, two]);
    registry.remove(one);
    expect(registry.ofUser(7n)).toEqual([two]);
    expect([...registry.users()]).toEqual([7n, 8n]);
    registry.remove(two);
    expect(registry.ofUser(7n)).toEqual([]);
    expect(registry.hasUser(7n)).toBe(false);
    expect([...registry.users()]).toEqual([8n]);
    expect(registry.all().size).toBe(1);
  });

  it('count as one presence per user and room, until the last has left', () => {
    const registry = createRegistry();
    const [one, two] = [session(7n), session(7n)];
    registry.moved(one, null, 42n);
    registry.moved(two, null, 42n);
    expect([...registry.pairs()]).toEqual([[42n, 7n]]);
    registry.moved(one, 42n, null);
    expect(registry.hasPair(42n, 7n)).toBe(true);
    registry.moved(two, 42n, null);
    expect(registry.hasPair(42n, 7n)).toBe(false);
  });
});
