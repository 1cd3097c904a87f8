/** Who is online. Somebody who does not exist is not. */
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page } from '../../present/page.ts';
import { id } from '../../present/scalars.ts';
import { defineRoute } from './clients.ts';

const tags = ['users'];
const ASKED_MOST = 100;
const ASKED = `must be 1 to ${ASKED_MOST} user ids, separated by commas`;

const presence = z
  .object({ userId: id, online: z.boolean().describe('Whether any of their sockets is connected.') })
  .meta({ id: 'UserPresence' });

const userIds = z
  .string({ error: () => ASKED })
  .transform((text) => text.split(','))
  .pipe(z.array(fields.idText()).min(1, ASKED).max(ASKED_MOST, ASKED))
  .meta({ type: 'string', examples: ['7,8,9'], description: `1 to ${ASKED_MOST} ids, separated by commas.` });

const presented = (userId: bigint, online: boolean) => ({ userId: Number(userId), online });

export const getUserPresence = defineRoute({
  method: 'GET',
  path: '/users/:id/presence',
  operationId: 'getUserPresence',
  summary: 'Whether somebody is online',
  tags,
  access: 'user',
  params: fields.params.id,
  answer: presence,
  run: async (context, { params }) => presented(params.id, (await context.presence.areOnline([params.id]))[0] === true),
});

export const listPresence = defineRoute({
  method: 'GET',
  path: '/presence',
  operationId: 'listPresence',
  summary: 'Which of these users are online',
  tags,
  access: 'user',
  query: z.object({ userIds }),
  answer: page(presence),
  run: async (context, { query }) => {
    const online = await context.presence.areOnline(query.userIds);
    const items = query.userIds.map((userId, index) => presented(userId, online[index] === true));
    return { items, nextCursor: null };
  },
});
