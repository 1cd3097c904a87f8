import type { UserPresence } from '@fanfare/client/objects';
import { z } from 'zod';
import type { Presence } from '../presence/presence.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import * as fields from './fields.ts';

const tags = ['users'];
const ASKED_MOST = 100;
const ASKED = `must be 1 to ${ASKED_MOST} user ids, separated by commas`;

const presence: z.ZodType<UserPresence> = z.object({
  userId: answers.id,
  online: z.boolean().meta({ description: 'Whether any of their sockets is connected.' }),
});

const userIds = z
  .string({ error: () => ASKED })
  .transform((text) => text.split(','))
  .pipe(z.array(fields.idText()).min(1, ASKED).max(ASKED_MOST, ASKED))
  .meta({ type: 'string', examples: ['7,8,9'], description: `1 to ${ASKED_MOST} ids, separated by commas.` });

const presented = (userId: bigint, online: boolean): UserPresence => ({ userId: Number(userId), online });

/** Who is online. Somebody who does not exist is not. */
export const presenceRoutes =
  ({ areOnline }: Pick<Presence, 'areOnline'>): Routes =>
  (app) => {
    app.get(
      '/users/:id/presence',
      {
        schema: {
          tags,
          operationId: 'getUserPresence',
          summary: 'Whether somebody is online',
          params: fields.params.id,
          response: { 200: presence },
        },
      },
      async ({ params: { id } }) => presented(id, (await areOnline([id]))[0] === true),
    );

    app.get(
      '/presence',
      {
        schema: {
          tags,
          operationId: 'listPresence',
          summary: 'Which of these users are online',
          querystring: z.object({ userIds }),
          response: { 200: answers.page(presence) },
        },
      },
      async ({ query }) => {
        const online = await areOnline(query.userIds);
        const items = query.userIds.map((id, index) => presented(id, online[index] === true));
        return { items, nextCursor: null };
      },
    );
  };
