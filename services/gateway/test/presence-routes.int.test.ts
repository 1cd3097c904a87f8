import { newId } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningHttp, runHttp } from './running-http.ts';

let http: RunningHttp;
beforeAll(async () => {
  http = await runHttp();
  http.reset();
});
afterAll(() => http.stop());

/** An id that no other test of the same Redis uses. */
const somebody = Number.parseInt(newId().slice(-12), 16);

it('tells who is online', async () => {
  http.presence.cameOnline(BigInt(somebody));
  await eventually(async () =>
    expect((await http.get(`/api/v1/users/${somebody}/presence`)).json().data).toEqual({
      userId: somebody,
      online: true,
    }),
  );
  const many = await http.get(`/api/v1/presence?userIds=${somebody},${somebody + 1}`);
  expect(many.json().data).toEqual({
    items: [
      { userId: somebody, online: true },
      { userId: somebody + 1, online: false },
    ],
    nextCursor: null,
  });
});

it.each(['', '?userIds=', '?userIds=7,x', '?userIds=0', `?userIds=${Array(101).fill(7)}`])(
  'refuses a list that is none: %s',
  async (query) => {
    const answer = await http.get(`/api/v1/presence${query}`);
    expect(answer.statusCode).toBe(400);
    expect(Object.keys(answer.json().errors)).toContainEqual(expect.stringContaining('userIds'));
  },
);
