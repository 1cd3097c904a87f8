import { principalOf } from './access.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import * as fields from './fields.ts';
import { loadUser } from './user-facts.ts';

const tags = ['users'];

export const userRoutes: Routes = (app, clients) => {
  app.get(
    '/me',
    { schema: { tags, operationId: 'getMe', summary: 'Oneself', response: { 200: answers.user } } },
    async (request) => {
      const call = callFor(request);
      const { user } = await clients.identity.call.getUser({ userId: principalOf(request).userId }, call);
      return present(user, (profile) => loadUser(clients, profile, call));
    },
  );

  app.get(
    '/users/:id',
    {
      schema: {
        tags,
        operationId: 'getUser',
        summary: 'Somebody',
        params: fields.params.id,
        response: { 200: answers.user },
      },
    },
    async (request) => {
      const call = callFor(request);
      const { user } = await clients.identity.call.getUser({ userId: request.params.id }, call);
      return present(user, (profile) => loadUser(clients, profile, call));
    },
  );
};
