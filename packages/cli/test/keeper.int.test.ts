import { eventually } from '@fanfare/testing';
import { launchProcess } from '@fanfare/testing/servers';
import { afterEach, expect, it } from 'vitest';
import { type Kept, keepRunning } from '../src/platform/keeper.ts';

const opened: Kept[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((kept) => kept.stop()));
});

const node = (script: string) => () =>
  launchProcess({ command: process.execPath, args: ['-e', script], stopSignal: 'SIGTERM' });

async function keep(script: string): Promise<{ kept: Kept; news: string[] }> {
  const start = node(script);
  const news: string[] = [];
  const kept = keepRunning(await start(), { name: 'child', start, onChange: (text) => news.push(text) });
  opened.push(kept);
  return { kept, news };
}

const LIVES_ON = 'setInterval(() => {}, 1000)';

it('starts a killed process again and counts it', async () => {
  const { kept, news } = await keep(LIVES_ON);
  const first = kept.pid();
  process.kill(first ?? 0, 'SIGKILL');
  await eventually(() => {
    expect(kept.restarts()).toBe(1);
    expect(kept.pid()).toEqual(expect.any(Number));
  });
  expect(kept.pid()).not.toBe(first);
  expect(news[0]).toContain('child ended (signal SIGKILL)');
});

it('waits longer each time for what dies at once', async () => {
  const { kept, news } = await keep('process.exit(7)');
  const delays = (): string[] => news.flatMap((text) => /\(exit code 7\).* in (\d+) ms/.exec(text)?.[1] ?? []);
  await eventually(() => expect(delays()).toHaveLength(3));
  expect([delays(), kept.restarts()]).toEqual([['100', '200', '400'], 2]);
});

it('stops for good, also while it waits to start again', async () => {
  const { kept } = await keep(LIVES_ON);
  const pid = kept.pid() ?? 0;
  await kept.stop();
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  expect([kept.pid(), kept.restarts()]).toEqual([null, 0]);

  const dying = await keep('process.exit(0)');
  await eventually(() => expect(dying.news.at(-1)).toContain('starting it again in 400 ms'));
  const restarts = dying.kept.restarts();
  await dying.kept.stop();
  expect(dying.kept.restarts()).toBe(restarts);
});

it('a start that fails counts as a death and is tried again', async () => {
  const start = node(LIVES_ON);
  let broken = true;
  const kept = keepRunning(await start(), {
    name: 'child',
    start: async () => {
      if (!broken) return start();
      broken = false;
      throw new Error('port taken');
    },
    onChange: () => {},
  });
  opened.push(kept);
  process.kill(kept.pid() ?? 0, 'SIGKILL');
  await eventually(() => {
    expect(kept.restarts()).toBe(2);
    expect(kept.pid()).toEqual(expect.any(Number));
  });
});
