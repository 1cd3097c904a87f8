import { expect, it } from 'vitest';
import { newHolder, newSessionId, parseSessionId } from './session-id.ts';

it('an id says who holds the session and since when, and is another one each time', () => {
  const of = { holder: newHolder(), began: 1_770_091_506_789 };
  expect(parseSessionId(newSessionId(of))).toEqual(of);
  expect(newSessionId(of)).not.toBe(newSessionId(of));
});

it('what no gateway has made says nothing', () => {
  const id = newSessionId({ holder: newHolder(), began: 1 });
  for (const text of ['', 'wDbYT9fnGOQ9uZRFAAAB', `${id}x`, `*${id.slice(1)}`, `>.1.${id.split('.')[2]}`]) {
    expect(parseSessionId(text)).toBeNull();
  }
});
