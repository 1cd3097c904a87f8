import { expect, it } from 'vitest';
import { dockerPrefix } from './find-server.ts';
import { mirrorIn, packagesInPlan } from './private-apt.ts';

it('takes the packages to fetch from the simulated installation', () => {
  const plan = [
    'NOTE: This is only a simulation!',
    'Inst liblzf1 (3.6-3 Debian:12/stable [amd64])',
    'Inst redis-server (5:7.0.15-1 Debian:12/stable [amd64])',
    'Conf liblzf1 (3.6-3 Debian:12/stable [amd64])',
  ].join('\n');
  expect(packagesInPlan(plan)).toEqual(['liblzf1', 'redis-server']);
});

it('takes the mirror of the first list of packages', () => {
  const targets = [
    'Translations|http://mirror.test/debian/|main',
    'Packages|http://mirror.test/debian/|main',
    'Packages|http://mirror.test/debian-security/|main',
  ].join('\n');
  expect(mirrorIn(targets)).toEqual({ uri: 'http://mirror.test/debian/', component: 'main' });
  expect(mirrorIn('')).toBeUndefined();
});

it('a container publishes on the loopback interface only and leaves nothing behind', () => {
  const prefix = dockerPrefix({ name: 'nats:1', entrypoint: 'nats-server' }, { port: 4000, dataDir: '/data' });
  expect(prefix).toContain('--rm');
  expect(prefix).toContain('127.0.0.1:4000:4000');
  expect(prefix.at(-1)).toBe('nats:1');
});
