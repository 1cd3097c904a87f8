import { expect, test } from 'vitest';
import { onWakeUp } from './wake-ups.ts';

class VisiblePage extends EventTarget {
  visibilityState = 'visible';
}

test('a network that is there again and a page that is looked at again wake up, until it is stopped', () => {
  const document = new VisiblePage();
  const scope = Object.assign(new EventTarget(), { document });
  let times = 0;
  const stop = onWakeUp(() => {
    times += 1;
  }, scope);
  scope.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(times).toBe(2);
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(times).toBe(2);
  document.visibilityState = 'visible';
  stop();
  scope.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(times).toBe(2);
});

test('where there is no page, as in Node or a worker, nothing is listened to that is not there', () => {
  onWakeUp(() => {}, {})();
  const worker = new EventTarget();
  let times = 0;
  onWakeUp(() => {
    times += 1;
  }, worker);
  worker.dispatchEvent(new Event('online'));
  expect(times).toBe(1);
});
