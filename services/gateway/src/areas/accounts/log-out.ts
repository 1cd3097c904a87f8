import { z } from 'zod';
import { defineRoute } from './clients.ts';

export const logOut = defineRoute({
  method: 'POST',
  path: '/auth/logout',
  operationId: 'logOut',
  summary: 'End this session',
  tags: ['auth'],
  access: 'user',
  answer: z.null(),
  run: async ({ clients, call }) => {
    await clients.identity.call.logout({}, call);
    return null;
  },
});
