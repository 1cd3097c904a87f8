/** Opening a session: by a new account, by logging in, and by exchanging a refresh token. */
import type { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { loadSession, presentFirstSession, session } from './session.ts';

const tags = ['auth'];

/** What is given, and what it must look like, is identity's rule. */
const account = {
  phone: fields.anyText().nullish(),
  email: fields.anyText().nullish(),
  password: fields.anyText(),
};
const credentials = fields.object(account);
const registration = fields.object({
  ...account,
  username: fields.anyText().meta({ description: '3 to 30 letters, digits, underscores or dots.' }),
  password: fields.anyText().meta({ description: '8 to 128 characters.' }),
});

/** A phone or an address that is null was not given. */
const given = <T extends z.output<typeof credentials>>({ phone, email, ...rest }: T) => ({
  ...rest,
  phone: phone ?? undefined,
  email: email ?? undefined,
});

export const registerUser = defineRoute({
  method: 'POST',
  path: '/auth/register',
  operationId: 'registerUser',
  summary: 'Open an account',
  tags,
  access: 'public',
  body: registration,
  answer: session,
  status: 201,
  run: async ({ clients, call, device }, { body }) => {
    const { session: opened } = await clients.identity.call.register({ ...given(body), device: device() }, call);
    return present(opened, presentFirstSession);
  },
});

export const logIn = defineRoute({
  method: 'POST',
  path: '/auth/login',
  operationId: 'logIn',
  summary: 'Log in by phone or email',
  tags,
  access: 'public',
  body: credentials,
  answer: session,
  run: async ({ clients, call, device }, { body }) => {
    const { session: opened } = await clients.identity.call.login({ ...given(body), device: device() }, call);
    return present(opened, (record) => loadSession(clients, record, call));
  },
});

export const refreshSession = defineRoute({
  method: 'POST',
  path: '/auth/refresh',
  operationId: 'refreshSession',
  summary: 'Exchange a refresh token for a new pair; each one works once',
  tags,
  access: 'public',
  body: fields.object({ refreshToken: fields.exactText(1, 512) }),
  answer: session,
  run: async ({ clients, call, device }, { body }) => {
    const { session: opened } = await clients.identity.call.refresh({ ...body, device: device() }, call);
    return present(opened, (record) => loadSession(clients, record, call));
  },
});
