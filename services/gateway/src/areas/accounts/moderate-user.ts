/** What moderators and administrators do about users. Bans are for moderators too. */
import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { loadUser, user } from './user.ts';

export const banUser = defineRoute({
  method: 'POST',
  path: '/admin/users/:id/ban',
  operationId: 'banUser',
  summary: 'End every session of a user and refuse new ones',
  access: 'moderator',
  params: fields.params.id,
  body: fields.object({ reason: fields.reason() }),
  answer: user,
  run: async ({ clients, call }, { params, body }) => {
    const { user: banned } = await clients.identity.call.banUser({ userId: params.id, ...body }, call);
    return present(banned, (profile) => loadUser(clients, profile, call));
  },
});

export const unbanUser = defineRoute({
  method: 'POST',
  path: '/admin/users/:id/unban',
  operationId: 'unbanUser',
  summary: 'Let a user log in again',
  access: 'moderator',
  params: fields.params.id,
  body: fields.object({ reason: fields.reason() }),
  answer: user,
  run: async ({ clients, call }, { params, body }) => {
    const { user: unbanned } = await clients.identity.call.unbanUser({ userId: params.id, ...body }, call);
    return present(unbanned, (profile) => loadUser(clients, profile, call));
  },
});

export const setRoles = defineRoute({
  method: 'PUT',
  path: '/admin/users/:id/roles',
  operationId: 'setRoles',
  summary: 'Replace the roles of a user',
  access: 'admin',
  params: fields.params.id,
  body: fields.object({ roles: fields.roles(), reason: fields.reason() }),
  answer: user,
  run: async ({ clients, call }, { params, body }) => {
    const { user: changed } = await clients.identity.call.setRoles({ userId: params.id, ...body }, call);
    return present(changed, (profile) => loadUser(clients, profile, call));
  },
});
