import { services } from '@fanfare/contracts/services';
import { describe, expect, it } from 'vitest';
import { parseReplicas, SERVICES, startingOrder } from './services.ts';
import { environmentOf, type Plan, planChildren, planReplicas } from './topology.ts';

function plan(changes: Partial<Plan> = {}): Plan {
  let port = 9000;
  const nextPort = (): number => {
    port += 1;
    return port;
  };
  return { services: SERVICES, processes: true, replicas: {}, port: 8080, nextPort, ...changes };
}
const infrastructure = { natsUrl: 'nats://n', redisUrl: 'redis://r', databaseUrls: { economy: 'postgresql://e' } };

describe('replicas', () => {
  it('reads how many are wanted', () => {
    expect(parseReplicas('gateway=2,economy=3')).toEqual({ gateway: 2, economy: 3 });
  });

  it.each(['gateway', 'gateway=', 'gateway=0', 'gateway=10', 'nobody=2', '', 'gateway=2,', 'gateway=-1'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseReplicas(text)).toThrow(RangeError);
    },
  );

  it('gives each its own ports, and gateways consecutive public ones', () => {
    const replicas = planReplicas(plan({ replicas: { gateway: 3, economy: 2 } }));
    const ports = replicas.flatMap(({ rpcPort, opsPort }) => [rpcPort, opsPort]).filter((port) => port !== null);
    expect(new Set(ports).size).toBe(ports.length);
    expect(replicas.flatMap(({ httpPort }) => httpPort ?? [])).toEqual([8080, 8081, 8082]);
  });
});

describe('processes', () => {
  it('are one for all services, or one for each replica', () => {
    const replicas = planReplicas(plan({ replicas: { economy: 2 } }));
    expect(planChildren(plan({ processes: false }), replicas)).toEqual([{ name: 'all-in-one', replicas }]);
    const expected = SERVICES.flatMap(({ name }) => (name === 'economy' ? ['economy-0', 'economy-1'] : [`${name}-0`]));
    expect(planChildren(plan(), replicas).map((child) => child.name)).toEqual(expected);
  });
});

describe('the environment of a replica', () => {
  const replicas = planReplicas(plan({ replicas: { economy: 2, gateway: 2 } }));
  const of = (service: string, replica: number) => {
    const found = replicas.find((candidate) => candidate.service === service && candidate.replica === replica);
    if (found === undefined) throw new Error(`no ${service} ${replica}`);
    return { found, env: environmentOf(found, replicas, infrastructure) };
  };

  it('names every replica of every peer', () => {
    const [first, second] = [of('economy', 0).found, of('economy', 1).found];
    expect(of('gateway', 1).env['ECONOMY_RPC_URL']).toBe(`127.0.0.1:${first.rpcPort},127.0.0.1:${second.rpcPort}`);
    expect(of('gateway', 1).env).not.toHaveProperty('GATEWAY_RPC_URL');
  });

  it('has a database only where the service owns one', () => {
    expect(of('economy', 1).env['DATABASE_URL']).toBe('postgresql://e');
    expect(of('gateway', 0).env).not.toHaveProperty('DATABASE_URL');
  });

  it('gives a gateway its public port and a name of its own', () => {
    expect(of('gateway', 1).env).toMatchObject({ HTTP_PORT: '8081', NODE_NAME: 'gateway-1' });
    expect(of('economy', 0).env).not.toHaveProperty('HTTP_PORT');
  });
});

describe('the order in which services start', () => {
  it('has who is called before who calls', () => {
    const order = SERVICES.map(({ name }) => name);
    expect([...order].sort()).toEqual([...services].sort());
    expect(order.at(-1)).toBe('gateway');
    expect(order.indexOf('rooms')).toBeLessThan(order.indexOf('gifting'));
  });

  it('is some order where two call each other', () => {
    const circle = [{ name: 'economy', calls: ['rooms'] } as const, { name: 'rooms', calls: ['economy'] } as const];
    expect(startingOrder<(typeof circle)[number]>(circle).map(({ name }) => name)).toEqual(['rooms', 'economy']);
  });
});
