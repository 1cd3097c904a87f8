import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { loadUser, user } from './user.ts';

const tags = ['users'];

export const getMe = defineRoute({
  method: 'GET',
  path: '/me',
  operationId: 'getMe',
  summary: 'Oneself',
  tags,
  access: 'user',
  answer: user,
  run: async ({ clients, principal: { userId }, call }) => {
    const { user: found } = await clients.identity.call.getUser({ userId }, call);
    return present(found, (profile) => loadUser(clients, profile, call));
  },
});

export const getUser = defineRoute({
  method: 'GET',
  path: '/users/:id',
  operationId: 'getUser',
  summary: 'Somebody',
  tags,
  access: 'user',
  params: fields.params.id,
  answer: user,
  run: async ({ clients, call }, { params }) => {
    const { user: found } = await clients.identity.call.getUser({ userId: params.id }, call);
    return present(found, (profile) => loadUser(clients, profile, call));
  },
});
