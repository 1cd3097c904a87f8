import { pino } from 'pino';
import { expect, test } from 'vitest';
import { silentLogger } from './logger.ts';
import { composeService, type Part } from './service.ts';

const options = { log: silentLogger, shutdownTimeoutMs: 1000 };

function recorder(): { readonly log: string[]; readonly part: (name: string, more?: Partial<Part>) => Part } {
  const log: string[] = [];
  return {
    log,
    part: (name, more = {}) => ({
      name,
      start: async () => void log.push(`+${name}`),
      stop: async () => void log.push(`-${name}`),
      ...more,
    }),
  };
}

test('parts start in order and stop in reverse', async () => {
  const { log, part } = recorder();
  const service = composeService('x', [part('a'), part('b')], options);
  await service.start();
  expect(service.problems()).toEqual([]);
  await service.stop();
  await service.stop();
  expect(log).toEqual(['+a', '+b', '-b', '-a']);
});

test('a part that cannot start stops those before it, and the failure names it', async () => {
  const { log, part } = recorder();
  const broken = part('b', { start: () => Promise.reject(new Error('port taken')) });
  await expect(composeService('x', [part('a'), broken, part('c')], options).start()).rejects.toThrow('b did not start');
  expect(log).toEqual(['+a', '-a']);
});

test('a part that fails to stop does not keep the others', async () => {
  const { log, part } = recorder();
  const broken = part('b', { stop: () => Promise.reject(new Error('boom')) });
  const service = composeService('x', [part('a'), broken], options);
  await service.start();
  await service.stop();
  expect(log).toEqual(['+a', '+b', '-a']);
});

test('the log says why a part did not stop', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const broken: Part = { name: 'b', stop: () => Promise.reject(new Error('boom')) };
  const service = composeService('x', [broken], { ...options, log });
  await service.start();
  await service.stop();
  const told = lines.map((line) => JSON.parse(line)).find(({ part }) => part === 'b');
  expect(told).toMatchObject({ err: { type: 'Error', message: 'boom' } });
});

test('a part that never stops is left behind at the deadline', async () => {
  const { part } = recorder();
  const stuck = part('a', { stop: () => new Promise(() => {}) });
  const service = composeService('x', [stuck], { ...options, shutdownTimeoutMs: 10 });
  await service.start();
  await service.stop();
  expect(service.problems()).toEqual(['x is stopping']);
});

test('a part with a problem makes the service not ready', async () => {
  const { part } = recorder();
  let problem: string | null = 'no connection';
  const service = composeService('x', [part('bus', { problem: () => problem })], options);
  await service.start();
  expect(service.problems()).toEqual(['bus: no connection']);
  problem = null;
  expect(service.problems()).toEqual([]);
});
